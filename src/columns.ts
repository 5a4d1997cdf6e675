/** Columns of what a stream writes to, 80 when that is no terminal; a serial console does not know its size and says 0. */
export const columnsOf = ({ columns }: { columns?: number }): number => columns || 80;
