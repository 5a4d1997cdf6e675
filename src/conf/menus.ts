import { Cells, NAMES } from './cells.ts';
import {
	inGroupApplication,
	type MenuSettings,
	menuOption,
	optionCells,
	pieces,
	type RoutePhones,
} from './menu-options.ts';
import type { Menu, MenuOption, TimeCheck } from './model.ts';
import type { RawBlocks } from './raw.ts';
import { fold, type Row, textOf } from './source.ts';
import type { Warnings } from './warnings.ts';

/** Extension to which the time check sends a call when a script or in-group handles it. */
const TIME_CHECK_EXTENSION = '9999999999999999999988';

/** What the settings of the system say about all menus. */
export interface MenuRules {
	/** `call_menu_qualify_enabled` */
	readonly qualify: boolean;
	/** `inbound_answer_config` */
	readonly answerLater: boolean;
}

/** All call menus, in the order of the rows. */
export function buildMenus(
	rows: readonly Row[],
	options: readonly Row[],
	rules: MenuRules,
	phones: RoutePhones,
	blocks: RawBlocks,
	warnings: Warnings,
): Menu[] {
	const optionsOf = rowsByMenu(options);
	return rows.flatMap((row) => {
		const cells = new Cells('vicidial_call_menu', textOf(row, 'menu_id'), row, warnings);
		const id = menuName(cells);
		if (id === undefined) return [];
		blocks.addSection(id);
		return [buildMenu(cells, id, optionsOf.get(fold(cells.text('menu_id'))) ?? [], rules, phones, blocks)];
	});
}

function rowsByMenu(rows: readonly Row[]): Map<string, Row[]> {
	const byMenu = new Map<string, Row[]>();
	for (const row of rows) {
		const menu = fold(textOf(row, 'menu_id'));
		const known = byMenu.get(menu);
		if (known === undefined) byMenu.set(menu, [row]);
		else known.push(row);
	}
	return byMenu;
}

function menuName(cells: Cells): string | undefined {
	const id = cells.name('menu_id', NAMES.id, 'menu left out');
	if (id === undefined) return undefined;
	const lower = id.toLowerCase();
	if (lower === 'general' || lower === 'globals') {
		cells.warn('menu_id', `is the name of a section that is no context; menu left out`);
		return undefined;
	}
	if (lower === 'default' || lower.startsWith('vicidial-auto')) {
		cells.warn('menu_id', 'is the name of a context of its own; the menu merges with it');
	}
	return id;
}

function buildMenu(
	cells: Cells,
	id: string,
	rows: readonly Row[],
	rules: MenuRules,
	phones: RoutePhones,
	blocks: RawBlocks,
): Menu {
	const menu: MenuSettings = { cells, id, phones };
	const options: MenuOption[] = [];
	let timeCheck: TimeCheck = { scheme: '', route: '', value: '', context: '' };
	let timeCheckApplication = '';
	let looksUpCaller = false;
	let timeout: MenuOption = { comments: [], lines: [] };
	let invalid: MenuOption = { comments: [], lines: [] };
	let invalidRows = 0;
	for (const row of rows) {
		const option = optionCells(cells, row);
		const value = option.text('option_value');
		if (value.includes('TIMECHECK') && cells.isOn('menu_time_check') && cells.text('call_time_id') !== '') {
			timeCheck = timeCheckOf(cells, option);
			const application = timeCheckScript(menu, option);
			if (application !== undefined) {
				timeCheckApplication = application;
				timeCheck = { ...timeCheck, route: 'EXTENSION', value: TIME_CHECK_EXTENSION, context: id };
			}
			continue;
		}
		const isInvalid = value.includes('INVALID');
		if (isInvalid) invalidRows++;
		const built = menuOption(menu, option, isInvalid && invalidRows === 1);
		if (built === undefined) continue;
		looksUpCaller ||= built.looksUpCaller;
		if (isInvalid && invalidRows > 1) {
			// Asterisk takes the first line of a priority; of a further mistake only a note remains.
			const comment = `${option.comment('option_value')}: ${option.comment('option_description')}`;
			invalid = { ...invalid, comments: [...invalid.comments, comment] };
		} else if (built.key === 't') timeout = built;
		else if (built.key === 'i') invalid = built;
		else options.push(built);
	}
	const answersLater = rules.answerLater && cells.text('answer_signal') === 'N';
	return {
		id,
		name: cells.comment('menu_name'),
		start: answersLater ? 'NoOp(NoAnswer-Call-Menu-Start)' : 'Answer',
		trackingGroup: cells.argument('tracking_group'),
		track: cells.isOn('track_in_vdac') ? 'YES' : 'NO',
		timeCheck,
		qualify: rules.qualify && cells.text('qualify_sql').length > 5 ? 'YES' : 'NO',
		answer: answersLater ? 'NO' : 'YES',
		prompts: prompts(cells),
		options,
		timeCheckApplication,
		looksUpCaller,
		timeout: orDefault(timeout, 't', cells, 'menu_timeout_prompt'),
		invalid: orDefault(invalid, 'i', cells, 'menu_invalid_prompt'),
		dialplan: cells.text('custom_dialplan_entry').length > 4 ? blocks.column(cells, 'custom_dialplan_entry') : '',
	};
}

function timeCheckOf(cells: Cells, option: Cells): TimeCheck {
	return {
		scheme: cells.argument('call_time_id'),
		route: option.argument('option_route'),
		value: option.argument('option_route_value'),
		context: option.argument('option_route_value_context'),
	};
}

function timeCheckScript(menu: MenuSettings, option: Cells): string | undefined {
	const route = option.text('option_route');
	if (route.includes('AGI')) return `AGI(${option.argument('option_route_value')})`;
	if (route.includes('INGROUP')) return inGroupApplication(menu, option, option.argument('option_route_value'));
	return undefined;
}

/** All prompt rounds, one application after the other. */
function prompts(cells: Cells): string[] {
	const prompt = cells.argument('menu_prompt');
	const round: string[] = [];
	for (const piece of prompt.includes('|') ? pieces(prompt) : [prompt]) {
		if (piece === '' || piece === 'NOINT')
			cells.warn('menu_prompt', 'names no sound, at which Asterisk would hang up; left out');
		else if (piece.includes('.agi')) round.push(`AGI(${piece})`);
		else if (piece.startsWith('NOINT')) round.push(`Playback(${piece.slice('NOINT'.length)})`);
		else if (piece.startsWith('NOPLAY')) round.push(`NoOp(${piece.slice('NOPLAY'.length)})`);
		else round.push(`Background(${piece})`);
	}
	if (cells.number('menu_timeout') > 0) round.push(`WaitExten(${cells.argument('menu_timeout')})`);
	return Array<string[]>(1 + Math.max(0, cells.number('menu_repeat')))
		.fill(round)
		.flat();
}

/** What happens on `t` or `i` when no option says so: the prompt, then back to the first prompt of the menu. */
function orDefault(option: MenuOption, key: 't' | 'i', cells: Cells, column: string): MenuOption {
	// A lone comment counts as an option, as it always did: the caller then meets no rule at all.
	if (option.comments.length > 0 || option.lines.length > 0) return option;
	const prompt = cells.argument(column);
	const sounds = prompt.includes('NONE') ? [] : pieces(prompt);
	const applications = [...sounds.map((sound) => `Playback(${sound})`), 'Goto(s,4)', 'Hangup()'];
	return {
		comments: [],
		lines: applications.map((application, index) => ({ key, priority: String(index + 1), application })),
	};
}
