import { parseAstguiclient } from './dialer/astguiclient.ts';
import { PREFIX, type SettingName } from './setting-names.ts';
import { SETTING_TEXTS, usually } from './setting-texts.ts';
import { gather, type Settings, type SettingsSources } from './settings.ts';
import { THRESHOLDS, type ThresholdName } from './thresholds.ts';

/** A value in force as it may be shown, and where it was set. */
export interface Origin {
	value: string;
	/** `environment`, a file with its line, or `default` */
	where: string;
}

/** Tells of every setting and limit what is in force and where it came from. */
export class Origins {
	readonly #given;
	readonly #conf;
	readonly #settings;

	/** @param sources that these settings were settled from */
	constructor(settings: Settings, sources: SettingsSources) {
		const read = sources.readConf(settings.astguiclientConf);
		this.#given = gather(sources, []);
		this.#conf = parseAstguiclient('text' in read ? read.text : '');
		this.#settings = settings;
	}

	setting(name: SettingName): Origin {
		const text = SETTING_TEXTS[name];
		const shown = (value: string): string => (text.secret ? 'set, not shown' : value);
		const given = this.#given.get(PREFIX + name);
		if (given) return { value: shown(given.value), where: given.where };
		const line = text.key && this.#conf.get(text.key);
		if (line) return { value: shown(line.value), where: `${this.#settings.astguiclientConf}:${line.line}` };
		if (text.fallback !== undefined) return { value: text.fallback, where: 'default' };
		return { value: 'not set', where: usually(text) };
	}

	limit(name: ThresholdName, side: 'warn' | 'crit'): Origin {
		const given = this.#given.get(`${PREFIX}${side.toUpperCase()}_${name.toUpperCase()}`);
		const inForce = withUnit(name, this.#settings.limits[name][side]);
		if (!given) return { value: inForce, where: 'default' };
		return { value: inForce, where: `${given.where}, default ${withUnit(name, THRESHOLDS[name][side])}` };
	}
}

const SUFFIX = { seconds: ' s', percent: ' %', count: '', bytes: ' bytes', mebibytes: ' MiB' } as const;

const withUnit = (name: ThresholdName, value: number): string =>
	Number.isFinite(value) ? `${value}${SUFFIX[THRESHOLDS[name].unit]}` : 'never';
