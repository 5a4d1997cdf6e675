/** One generated Asterisk file: where it comes from, who reads it, how Asterisk is told. */
export interface ConfFile {
	/** File name in Asterisk's configuration folder; the template has the same name. */
	readonly name: string;
	/** Hand-made file that includes it; `undefined` where Asterisk reads it as it is. */
	readonly includedBy?: string;
	/** Module that reads it. */
	readonly module: string;
	/** CLI command that makes a running Asterisk read it again. */
	readonly reload: string;
	/** The same for Asterisk 1.2; `undefined` where that version has no such file. */
	readonly reload12?: string;
}

// What the alias `pjsip reload` stands for; the alias itself needs cli_aliases.conf.
const RELOAD_PJSIP = `module reload ${[
	'res_pjsip.so',
	'res_pjsip_authenticator_digest.so',
	'res_pjsip_endpoint_identifier_ip.so',
	'res_pjsip_mwi.so',
	'res_pjsip_notify.so',
	'res_pjsip_outbound_publish.so',
	'res_pjsip_publish_asterisk.so',
	'res_pjsip_outbound_registration.so',
].join(' ')}`;

/** All generated files, in the order in which their reloads are sent. */
export const CONF_FILES: readonly ConfFile[] = [
	{
		name: 'extensions-vicidial.conf',
		includedBy: 'extensions.conf',
		module: 'pbx_config.so',
		reload: 'dialplan reload',
		reload12: 'extensions reload',
	},
	{
		name: 'sip-vicidial.conf',
		includedBy: 'sip.conf',
		module: 'chan_sip.so',
		reload: 'sip reload',
		reload12: 'sip reload',
	},
	{ name: 'pjsip-vicidial.conf', includedBy: 'pjsip.conf', module: 'res_pjsip.so', reload: RELOAD_PJSIP },
	{
		name: 'pjsip_wizard-vicidial.conf',
		includedBy: 'pjsip_wizard.conf',
		module: 'res_pjsip_config_wizard.so',
		reload: RELOAD_PJSIP,
	},
	{
		name: 'iax-vicidial.conf',
		includedBy: 'iax.conf',
		module: 'chan_iax2.so',
		reload: 'iax2 reload',
		reload12: 'iax2 reload',
	},
	{
		name: 'voicemail.conf',
		module: 'app_voicemail.so',
		reload: 'module reload app_voicemail.so',
		reload12: 'reload app_voicemail.so',
	},
	{
		name: 'musiconhold-vicidial.conf',
		includedBy: 'musiconhold.conf',
		module: 'res_musiconhold.so',
		reload: 'moh reload',
		reload12: 'moh reload',
	},
	{
		name: 'meetme-vicidial.conf',
		includedBy: 'meetme.conf',
		module: 'app_meetme.so',
		reload: 'module reload app_meetme.so',
		reload12: 'reload app_meetme.so',
	},
];
