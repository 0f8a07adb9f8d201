import { chromium } from 'playwright-core';
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
rmSync('/tmp/look/data', { recursive: true, force: true });
const start = () => { const s = spawn('/tmp/antiphon-bin', ['--data', '/tmp/look/data', '--listen', '127.0.0.1:18431'], { stdio: ['ignore', 'pipe', 'pipe'] }); s.stdout.on('data', d => out += d); s.stderr.on('data', d => out += d); return s; };
let out=''; let srv = start();
await new Promise(r => setTimeout(r, 1500));
const url = 'http://127.0.0.1:18431';
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const open = async (name, opt = {}) => {
  const c = await b.newContext({ viewport: { width: 1280, height: 800 }, ...opt });
  const p = await c.newPage();
  p.on('console', m => console.log(name, m.type(), m.text()));
  p.on('pageerror', e => console.log(name, 'PAGEERROR', e.message));
  await p.goto(url);
  return p;
};
const shot = (p, n) => p.screenshot({ path: `/tmp/look/${n}.png` });
const say = async (p, t) => { await p.getByRole('textbox', { name: /Message to/ }).fill(t); await p.keyboard.press('Enter'); };
try {
  const mara = await open('mara', {colorScheme: 'dark'});
  await mara.getByLabel('Your name').fill('Mara'); await mara.keyboard.press('Enter');
  await mara.waitForTimeout(1500);
  const tomas = await open('tomas', { viewport: { width: 390, height: 844 } });
  await tomas.getByLabel('Your name').fill('Tomas'); await tomas.keyboard.press('Enter');
  await tomas.waitForTimeout(1500);
  await say(mara, '@demo search release'); await mara.waitForTimeout(2500);
  await say(mara, '@demo plan'); await mara.waitForTimeout(1500); await shot(mara, '11-plan-mid'); await mara.waitForTimeout(2500);
  await shot(mara, '11-plan'); await shot(tomas, '11-plan-phone');
  // new room
  await mara.getByRole('button', { name: 'New room' }).click(); await mara.getByLabel('Name', {exact:true}).fill('release-42'); await mara.getByLabel('Topic').fill('Ship it on Friday'); await mara.getByRole('button', { name: 'Make room' }).click();
  await mara.waitForTimeout(700); await shot(mara, '12-newroom'); console.log(mara.url());
  await say(mara, 'First words here'); 
  await say(tomas, 'Meanwhile in general'); await mara.waitForTimeout(600); await shot(mara, '13-unread');
  await tomas.goto(mara.url()); await tomas.waitForTimeout(1500); await shot(tomas, '13-joined');
  // agent session
  await mara.getByRole('button', { name: /^Demo/ }).first().click(); await mara.waitForTimeout(1000); await shot(mara, '14-session'); console.log(mara.url());
  await mara.getByRole('button', { name: /What is Antiphon/ }).click(); await mara.waitForTimeout(2500); await shot(mara, '14-session-answer');
  // direct
  await mara.locator('.room-nav').getByText('General').click(); await mara.waitForTimeout(600);
  await mara.locator('.panel').getByText('Tomas').click(); await mara.waitForTimeout(1200); await shot(mara, '15-direct'); await say(mara, 'Just for you'); await mara.waitForTimeout(400);
  await tomas.getByRole('button', { name: 'Rooms' }).click(); await tomas.waitForTimeout(600); await shot(tomas, '15-nav-phone'); await tomas.keyboard.press('Escape');
  // palette
  await mara.keyboard.press('Control+k'); await mara.keyboard.type('release'); await mara.waitForTimeout(1200); await shot(mara, '16-palette'); await mara.keyboard.press('Escape');
  await mara.locator('.room-nav').getByText('General').click();
  await say(mara, '@demo story'); await mara.waitForTimeout(2500);
  srv.kill('SIGKILL'); await mara.waitForTimeout(2600); await say(mara, 'Written while the server is dead'); await say(mara, 'And one more'); await mara.waitForTimeout(700); await shot(mara, '17-dead'); await shot(tomas, '17-dead-phone');
  srv = start(); await mara.waitForTimeout(9000); await shot(mara, '18-back'); await shot(tomas, '18-back-phone');
  console.log(await mara.locator('.row').allInnerTexts());
} catch (e) { console.log(e); for (const c of b.contexts()) for (const p of c.pages()) await p.screenshot({path:`/tmp/look/err-${Math.random()}.png`}); }
await b.close(); srv.kill(); console.log(out.slice(-3000));
