import { defineConfig } from 'vitest/config';

export default defineConfig({
	test: {
		include: ['test/**/*.test.ts'],
		globalSetup: ['test/setup.ts'],
		// Integration tests wait for real daemons; two at a time keep a small machine responsive.
		maxWorkers: 2,
		// daemons that a starved machine starts late are seen again; the report marks every test that needed it
		retry: process.env.CI ? 2 : 0,
		testTimeout: 120_000,
		hookTimeout: 300_000,
	},
});
