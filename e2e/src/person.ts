// A person at the page, in the words of the product: they come in, say something, hear somebody, see that it is live.
import type { Browser, Locator, Page } from 'playwright-core';
import { visit, visitIn } from './browser.ts';

/** One person in a browser profile of their own. */
export class Person {
  readonly page: Page;
  /** What the page complained about so far. */
  readonly problems: readonly string[];

  private constructor(page: Page, problems: readonly string[]) {
    this.page = page;
    this.problems = problems;
  }

  /** Opens the page, signs in by name, and waits until the connection is live, or what else it is to be. */
  static async enter(browser: Browser, url: string, name: string, sees = 'Live'): Promise<Person> {
    const { page, problems } = await visit(browser, url);
    const person = new Person(page, problems);
    await page.getByLabel('Your name').fill(name);
    await page.getByRole('button', { name: 'Come in' }).click();
    await person.sees(sees);
    return person;
  }

  /** The same person on one more device, at the same address or at another one of the same server. */
  async onAnotherDevice(browser: Browser, url: string): Promise<Person> {
    const { origins } = await this.page.context().storageState();
    const storageState = { cookies: [], origins: origins.map((one) => ({ ...one, origin: url })) };
    const { page, problems } = await visit(browser, url, { storageState });
    const person = new Person(page, problems);
    await person.sees('Live');
    return person;
  }

  /** The same person in one more tab of the same browser. */
  async inAnotherTab(): Promise<Person> {
    const { page, problems } = await visitIn(this.page.context(), this.page.url());
    const person = new Person(page, problems);
    await person.sees('Live');
    return person;
  }

  /** The id that the server gave them. */
  async id(): Promise<string> {
    return this.page.evaluate(() => {
      for (const text of Object.values(localStorage) as string[]) {
        const id = /"user":\{"id":"([^"]+)"/u.exec(text)?.[1];
        if (id !== undefined) return id;
      }
      throw new Error('nobody is signed in');
    });
  }

  /** Writes a message into the open room and sends it, whether or not anyone is there to take it. */
  async says(text: string): Promise<void> {
    const composer = this.page.getByRole('textbox', { name: /^Message to/ });
    await composer.fill(text);
    await composer.press('Enter');
  }

  /** Waits until a message with this text is in the log; answers with it. */
  async hears(text: string | RegExp): Promise<Locator> {
    const message = this.messages(text).first();
    await message.waitFor();
    return message;
  }

  /** The messages in view that contain this text. */
  messages(text: string | RegExp): Locator {
    return this.page.getByRole('article').filter({ hasText: text });
  }

  /** Waits until the connection's indicator says this word. */
  async sees(word: string | RegExp): Promise<void> {
    await this.page.locator('.ap-pill').getByText(word, { exact: true }).waitFor();
  }

  /** Opens a room of the list by its name. */
  async opens(room: string): Promise<void> {
    const rooms = this.page.getByRole('navigation', { name: 'Rooms' });
    await rooms.getByText(room, { exact: true }).click();
    await this.page.getByRole('log', { name: `Messages in ${room}` }).waitFor();
  }

  /** Makes a room; opens it for everyone, if it is to be open. */
  async makes(room: string, { open = false }: { open?: boolean } = {}): Promise<void> {
    await this.page.getByRole('button', { name: 'New room' }).click();
    await this.page.getByLabel('Name', { exact: true }).fill(room);
    if (open) await this.page.getByLabel('Everyone on this server').check();
    await this.page.getByRole('button', { name: 'Make room' }).click();
    await this.page.getByRole('log', { name: `Messages in ${room}` }).waitFor();
  }

  /** Comes into an open room that others have made. */
  async finds(room: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Find a room' }).click();
    await this.page.getByRole('button', { name: `Join ${room}` }).click();
    await this.page.getByRole('log', { name: `Messages in ${room}` }).waitFor();
  }
}
