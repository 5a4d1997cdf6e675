import { defineConfig } from 'vitest/config';

export default defineConfig({
	test: {
		include: ['test/**/*.test.ts'],
		globalSetup: ['test/setup.ts'],
		// Integration tests wait for real daemons; two at a time keep a small machine responsive.
		maxWorkers: 2,
		testTimeout: 120_000,
		hookTimeout: 300_000,
	},
});
