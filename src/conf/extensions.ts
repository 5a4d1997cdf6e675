import { assignment, sectionStart } from './assignment.ts';
import type { Thing } from './held.ts';
import { strip } from './reader.ts';

/** An application with its arguments in the form in which a file and Asterisk's answer can be compared. */
export function normalStep(step: string): string {
	const paren = step.indexOf('(');
	const application = (paren < 0 ? step : step.slice(0, paren)).trim().toLowerCase();
	const end = step.lastIndexOf(')');
	const data = paren < 0 ? '' : step.slice(paren + 1, end > paren ? end : undefined);
	// up to 1.4, Asterisk turns commas into bars and takes quotes and backslashes away
	return `${application}(${data.replace(/["\\\s]/g, '').replaceAll('|', ',')})`;
}

/** Extensions of a context that may be listed to see its includes. */
const SMALL_CONTEXT = 20;

/** Priority with its label before or behind what is added to it. */
const PRIORITY = /^\s*(\d+|n|next|s|same|hint)\s*(?:\([^)]*\))?(?:\+(\d+))?\s*(?:\([^)]*\))?\s*$/i;

/** An argument list without an end, or in the way of 1.2, does not come back as it is written. */
function isCall(text: string): boolean {
	const paren = text.indexOf('(');
	return paren < 0 ? /^\w+$/.test(text) : text.endsWith(')') && /^\w+\s*$/.test(text.slice(0, paren));
}

interface Extension {
	name: string;
	context: string;
	steps: Record<string, string>;
	/** All its lines were understood, and Asterisk takes them. */
	plain: boolean;
}

/** Reads a dialplan as pbx_config does: next and same priorities, labels, the first of two equal lines holds. */
export class ExtensionReader {
	readonly #found = new Map<string, Extension | Thing>();
	/** Extensions by context: of a small one, the whole may be asked for. */
	readonly #sizes = new Map<string, number>();
	/** Extension that the last line belongs to. */
	#current: Extension | undefined;
	#context = '';
	#extension = '';
	#priority = 0;

	/** Takes one line as `readConf` gives it. */
	take(directive: string): void {
		const start = sectionStart(directive);
		if (start) {
			// before the first section stand global variables, and what a composed section holds is not seen here
			this.#context = start.composed || /^(general|globals)$/i.test(start.name) ? '' : start.name;
			this.#current = undefined;
			this.#priority = 0;
			this.#extension = '';
			return;
		}
		if (this.#context === '') return;
		const setting = directive.startsWith('#') ? undefined : assignment(directive);
		const word = setting?.name.toLowerCase();
		if (!setting) return;
		if (word === 'exten') {
			const comma = setting.value.indexOf(',');
			this.#extension = (comma < 0 ? setting.value : setting.value.slice(0, comma)).trim();
			this.#step(comma < 0 ? '' : setting.value.slice(comma + 1));
		} else if (word === 'same') {
			this.#step(setting.value);
		} else if (word === 'include' && /^[\w-]+$/.test(setting.value)) {
			const { value: name } = setting;
			const context = this.#context;
			this.#current = undefined;
			this.#put(`include ${name}@${context}`, { kind: 'include', name, context, said: {}, plain: true, askable: true });
		}
	}

	/** All extensions and includes, ordered by their last lines. */
	things(): Thing[] {
		return [...this.#found.values()].map((found) => {
			// the hand-made file has a context `default` too
			const own = found.context.toLowerCase() !== 'default';
			const size = this.#sizes.get(found.context) ?? 0;
			if ('kind' in found) return { ...found, plain: own, askable: own && size <= SMALL_CONTEXT };
			const { name, context, steps } = found;
			const plain = own && found.plain;
			return { kind: 'extension', name, context, said: steps, plain, askable: Object.keys(steps).length > 0 };
		});
	}

	#step(text: string): void {
		const extension = this.#extensionOf();
		const comma = text.indexOf(',');
		const [, word = '', plus = ''] = PRIORITY.exec(comma < 0 ? '' : text.slice(0, comma)) ?? [];
		if (/^h/i.test(word)) return;
		if (/^n/i.test(word)) this.#priority += 1;
		else if (/^\d/.test(word)) this.#priority = Number(word);
		else if (word === '') extension.plain = false;
		this.#priority += Number(plus);
		const call = strip(text.slice(comma + 1));
		if (this.#priority > 0 && isCall(call)) extension.steps[this.#priority] ??= call;
		else extension.plain = false;
	}

	#extensionOf(): Extension {
		if (this.#current?.name === this.#extension) return this.#current;
		const key = `${this.#extension}@${this.#context}`;
		const found = this.#found.get(key);
		const isNew = found === undefined || 'kind' in found;
		this.#current = isNew ? { name: this.#extension, context: this.#context, steps: {}, plain: true } : found;
		if (isNew) this.#sizes.set(this.#context, (this.#sizes.get(this.#context) ?? 0) + 1);
		this.#put(key, this.#current);
		return this.#current;
	}

	#put(key: string, found: Extension | Thing): void {
		this.#found.delete(key);
		this.#found.set(key, found);
	}
}
