/** Scripts of the daemons that rows are about. */
export const SENDER = 'AST_manager_send.pl';
export const LISTENER = 'AST_manager_listen_AMI2.pl';
export const UPDATER = 'AST_update_AMI2.pl';
export const AUTO_DIALER = 'AST_VDauto_dial.pl';
export const FASTAGI = 'FastAGI_log.pl';
/** All that end when their session with the database does. */
export const ON_THE_DATABASE = [LISTENER, UPDATER, SENDER, AUTO_DIALER];
