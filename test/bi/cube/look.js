// Opens the dashboard in headless Chromium, takes a picture, and says how many rows each of its charts has.
//     NODE_PATH=.../node_modules node look.js API FOLDER_OF_MODULES PICTURE
const fs = require('fs');
const http = require('http');
const path = require('path');
const { chromium } = require('playwright-core');
const [api, modules, picture] = process.argv.slice(2);
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
	'--disable-component-update', '--disable-sync'];

const shown_as_number = /value|lower|upper|limit|mean|size|slope|baseline/;

const server = http.createServer((request, response) => {
	const name = new URL(request.url, 'http://x').pathname;
	const file = name.startsWith('/node_modules/') ? path.join(modules, name) : path.join(__dirname, 'dashboard.html');
	response.setHeader('Content-Type', file.endsWith('.js') ? 'text/javascript' : 'text/html');
	fs.createReadStream(file).on('error', () => response.writeHead(404).end()).pipe(response);
});

server.listen(0, '127.0.0.1', async () => {
	const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
	try {
		const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
		page.on('pageerror', error => { console.error(error.message); process.exitCode = 1; });
		await page.goto(`http://127.0.0.1:${server.address().port}/?api=${encodeURIComponent(api)}`);
		const shown = await page.evaluate(() => dashboard());
		await page.screenshot({ path: picture, fullPage: true });
		for (const [chart, rows] of Object.entries(shown)) {
			const wrong = rows.filter(row => Object.entries(row).some(([name, value]) =>
				value === null || shown_as_number.test(name) && typeof value !== 'number'));
			if (rows.length === 0 || wrong.length > 0)
				throw new Error(`${chart}: ${JSON.stringify(wrong[0] ?? 'no rows')}`);
		}
		const marks = await page.locator('svg path').count();
		if (marks < 100) throw new Error(`only ${marks} marks`);
		console.log(Object.entries(shown).map(([chart, rows]) => `${chart} ${rows.length}`).join(', '));
	} finally {
		await browser.close();
		server.close();
	}
});
