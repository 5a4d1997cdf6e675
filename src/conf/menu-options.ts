import { Cells, NAMES } from './cells.ts';
import { dialString } from './dialect.ts';
import type { MenuOption } from './model.ts';
import { fold, type Row, textOf } from './source.ts';

/** Phones that options ring, by folded login. */
export type RoutePhones = ReadonlyMap<string, Row>;

/** What an option needs to know of its menu. */
export interface MenuSettings {
	readonly cells: Cells;
	readonly id: string;
	readonly phones: RoutePhones;
}

/** An option and where its lines belong. */
export interface KeyedOption extends MenuOption {
	readonly key: string;
	readonly looksUpCaller: boolean;
}

/** Non-empty parts of a `|` list. */
export function pieces(list: string): string[] {
	return list.split('|').filter((piece) => piece !== '');
}

/** Cells of an option of a menu. */
export function optionCells(menu: Cells, row: Row): Cells {
	const key = `${textOf(row, 'menu_id')} ${textOf(row, 'option_value')}`;
	return new Cells('vicidial_call_menu_options', key, row, menu.warnings);
}

/**
 * Lines of an option, or `undefined` if its key cannot be an extension.
 *
 * @param counts the option is the menu's first for wrong keys, the one that may count mistakes
 */
export function menuOption(menu: MenuSettings, option: Cells, counts: boolean): KeyedOption | undefined {
	const key = keyOf(option);
	if (key === undefined) return undefined;
	const applications = [...promptsOf(menu, option), ...(counts ? mistakeCounter(menu, option) : [])];
	applications.push(...routeApplications(menu, option, key));
	return {
		key,
		looksUpCaller: looksUpCaller(option),
		comments: option.text('option_description') === '' ? [] : [option.comment('option_description')],
		lines: applications.map((application, index) => ({ key, priority: String(index + 1), application })),
	};
}

function keyOf(option: Cells): string | undefined {
	const value = option.text('option_value');
	if (value.includes('INVALID')) return 'i';
	if (value.includes('TIMEOUT')) return 't';
	if (value.includes('HASH')) return '#';
	if (value.includes('STAR')) return '*';
	return option.name('option_value', NAMES.key, 'option left out');
}

function promptsOf({ cells }: MenuSettings, option: Cells): string[] {
	const value = option.text('option_value');
	const column = value.includes('TIMEOUT')
		? 'menu_timeout_prompt'
		: value.includes('INVALID')
			? 'menu_invalid_prompt'
			: undefined;
	if (column === undefined) return [];
	const prompt = cells.argument(column);
	return prompt.includes('NONE') ? [] : pieces(prompt).map((sound) => `Playback(${sound})`);
}

function mistakeCounter({ id }: MenuSettings, option: Cells): string[] {
	const value = option.text('option_value');
	const limit = value.includes('INVALID_3RD') ? 3 : value.includes('INVALID_2ND') ? 2 : undefined;
	if (limit === undefined) return [];
	// biome-ignore-start lint/suspicious/noTemplateCurlyInString: Asterisk's variables, not ours
	return ['Set(INVCOUNT=$[${INVCOUNT} + 1])', 'NoOp(${INVCOUNT})', `Gotoif($[0\${INVCOUNT} < ${limit}]?${id},s,4)`];
	// biome-ignore-end lint/suspicious/noTemplateCurlyInString: see above
}

// The first of these that a route's name contains decides.
const ROUTES = [
	'AGI',
	'CALLMENU',
	'DID',
	'EXTENSION',
	'VOICEMAIL',
	'VMAIL_NO_INST',
	'PHONE',
	'INGROUP',
	'HANGUP',
] as const;
type Route = (typeof ROUTES)[number];

function routeOf(option: Cells): Route | undefined {
	const name = option.text('option_route');
	return ROUTES.find((route) => name.includes(route));
}

function routeApplications(menu: MenuSettings, option: Cells, key: string): string[] {
	const route = routeOf(option);
	const log = keyLog(menu, key);
	if (route === 'HANGUP') {
		const sounds = option.argument('option_route_value');
		const played = sounds.includes('NONE') ? [] : pieces(sounds).map((sound) => `Playback(${sound})`);
		return [...played, ...log, 'Hangup()'];
	}
	const application = route && routeApplication(menu, option, route);
	return application === undefined ? [] : [...log, application, 'Hangup()'];
}

function routeApplication(menu: MenuSettings, option: Cells, route: Exclude<Route, 'HANGUP'>): string | undefined {
	const value = option.argument('option_route_value');
	switch (route) {
		case 'AGI':
			return `AGI(${value})`;
		case 'CALLMENU':
			return `Goto(${value},s,1)`;
		case 'DID':
			return `Goto(trunkinbound,${value},1)`;
		case 'EXTENSION': {
			const context = option.argument('option_route_value_context');
			return context === '' ? `Goto(${value},1)` : `Goto(${context},${value},1)`;
		}
		case 'VOICEMAIL':
			return `Goto(default,85026666666666${value},1)`;
		case 'VMAIL_NO_INST':
			return `Goto(default,85026666666667${value},1)`;
		case 'PHONE':
			return phoneApplication(menu.phones, option);
		case 'INGROUP':
			return looksUpCaller(option) ? callerLookup(option) : inGroupApplication(menu, option, groupOf(option));
	}
}

function phoneApplication(phones: RoutePhones, option: Cells): string | undefined {
	const row = phones.get(fold(option.text('option_route_value')));
	if (row === undefined) {
		option.warn('option_route_value', 'is no login of a phone; the option leads nowhere');
		return undefined;
	}
	const server = dialString(textOf(row, 'server_ip'));
	if (server === undefined) {
		option.warn('option_route_value', 'leads to a phone whose server_ip is no dotted quad; the option leads nowhere');
		return undefined;
	}
	const phone = new Cells('phones', `${textOf(row, 'extension')} on ${textOf(row, 'server_ip')}`, row, option.warnings);
	const number = phone.argument('dialplan_number');
	if (number === '') option.warn('option_route_value', 'leads to a phone without dialplan_number; nobody answers');
	return `Goto(default,${server}*${number},1)`;
}

function keyLog({ cells }: MenuSettings, key: string): string[] {
	if (!cells.isOn('dtmf_log')) return [];
	const group = cells.argument('tracking_group');
	const field = cells.argument('dtmf_field');
	const rest = `${cells.argument('alt_dtmf_log')}-----${cells.argument('question')}`;
	return [`AGI(cm.agi,${group}-----${key}-----${field}-----${rest})`];
}

function looksUpCaller(option: Cells): boolean {
	const [method = ''] = option.text('option_route_value_context').split(',', 1);
	return routeOf(option) === 'INGROUP' && method.includes('VIDPROMPTSPECIAL');
}

function groupOf(option: Cells): string {
	const group = option.argument('option_route_value');
	// biome-ignore lint/suspicious/noTemplateCurlyInString: Asterisk's variable, not ours
	return group.includes('DYNAMIC_INGROUP_VAR') ? '${ingroupvar}' : group;
}

/** The ten comma-separated parts of an in-group route; missing ones are empty. */
function inGroupParts(option: Cells) {
	const [method, search, list, campaign, phoneCode, enter, idNumber, confirm, digits, container] = [
		...option.argument('option_route_value_context').split(','),
		...Array<string>(10).fill(''),
	] as [string, string, string, string, string, string, string, string, string, string];
	return { method, search, list, campaign, phoneCode, enter, idNumber, confirm, digits, container };
}

/** Hands the call to an in-group. */
export function inGroupApplication({ id }: MenuSettings, option: Cells, group: string): string {
	const part = inGroupParts(option);
	const head = [part.method, part.search, group, id].join('-----');
	const list = [part.list, part.phoneCode, part.campaign].join('-----');
	const prompts = [part.enter, part.idNumber, part.confirm, part.digits].join('-----');
	return `AGI(agi-VDAD_ALL_inbound.agi,${head}${'-'.repeat(20)}${list}${'-'.repeat(15)}${prompts})`;
}

/** Asks the caller for an id and looks it up first. */
function callerLookup(option: Cells): string {
	const part = inGroupParts(option);
	const lookup = [part.method, part.search, part.list, part.phoneCode, part.campaign];
	const prompts = [part.enter, part.idNumber, part.confirm, part.digits, part.container];
	return `AGI(cm_VID_SPECIAL.agi,${[...lookup, ...prompts].join('---')})`;
}
