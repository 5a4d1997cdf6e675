/** The pause file as it was found, before anything is made of it. */
export interface PauseFile {
	path: string;
	/** milliseconds since the epoch */
	changed: number;
	/** its first bytes; undefined when they could not be read */
	text: string | undefined;
	/** why it could not be read, or why somebody else than root may have put it there */
	trouble?: string;
}

/** When a file that bears a time of the future was first met, milliseconds since the epoch. */
export interface FirstMet {
	changed: number;
	at: number;
}

export interface Pause {
	/** until when repairs are withheld; undefined when that is over */
	until: Date | undefined;
	/** to remember: since when a file from the future counts */
	met?: FirstMet;
	/** what a person should know about the file */
	trouble: string[];
}

const MINUTE = 60_000;
const USUAL = 60 * MINUTE;
const LONGEST = 24 * 60 * MINUTE;

/**
 * What a pause file asks for: nothing in it means an hour, a number means minutes, both since it was last touched; an ISO
 * time means itself; no pause is longer than a day. What cannot be understood is an hour, because somebody wanted a pause.
 * A file from the future, by a clock that was set back or by `touch -d`, counts from the run on that met it first: else
 * its pause would begin anew in each run.
 * @param before what an earlier run remembered of such a file
 */
export function judgePause({ path, changed, text, trouble: found }: PauseFile, now: Date, before?: FirstMet): Pause {
	const trouble = found === undefined ? [] : [found];
	const fromFuture = changed > now.getTime();
	// another file, or a clock that was set back once more, is met anew
	const known = before?.changed === changed && before.at <= now.getTime() ? before : undefined;
	const met = known ?? (fromFuture ? { changed, at: now.getTime() } : undefined);
	const begun = met?.at ?? changed;
	const asked = text === undefined ? undefined : endOf(text.trim(), begun);
	if (text !== undefined && asked === undefined)
		trouble.push(`${path} holds neither minutes nor an ISO time, such as 90 or 2026-01-31T18:00; it counts as 60 min`);
	if (asked !== undefined && asked - begun > LONGEST) trouble.push(`${path} asks for more than 24 h; it gets 24 h`);
	if (fromFuture && changed > now.getTime() + MINUTE)
		trouble.push(`${path} was written in the future; touch it, or remove it`);
	const until = new Date(Math.min(asked ?? begun + USUAL, begun + LONGEST));
	const over = until > now ? [] : [`${path} has expired and pauses nothing any more; remove it`];
	return { until: until > now ? until : undefined, trouble: [...trouble, ...over], ...(met && { met }) };
}

/** Milliseconds since the epoch; undefined for what is neither empty, minutes nor an ISO time. */
function endOf(text: string, begun: number): number | undefined {
	if (text === '') return begun + USUAL;
	if (/^\d{1,6}$/.test(text)) return begun + Number(text) * MINUTE;
	if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/.test(text)) return undefined;
	const moment = new Date(text.replace(' ', 'T')).getTime();
	return Number.isNaN(moment) ? undefined : moment;
}
