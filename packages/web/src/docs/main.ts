/** `/docs`: what REST can do, to be looked at and tried, by Swagger UI. Nothing of the chat's page is loaded for it. */
import { getConfig, signInGuest } from '@antiphon/client';
import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js';
import 'swagger-ui-dist/swagger-ui.css';
import './docs.css';

const SERVER = { url: '' };

const operations = SwaggerUI({
  dom_id: '#swagger',
  url: '/v1/openapi.json',
  deepLinking: true,
  docExpansion: 'list',
  // The types stand with the operations that use them.
  defaultModelsExpandDepth: -1,
  // A token is signed out of by closing the page: it is kept nowhere.
  persistAuthorization: false,
  // Nobody outside is told of anything.
  validatorUrl: null,
});

const form = document.querySelector<HTMLFormElement>('#guest');
if (form) void offerGuest(form);

/** Lets people try it with a name only, where the server takes that. */
async function offerGuest(form: HTMLFormElement): Promise<void> {
  const { guests } = await getConfig(SERVER);
  form.hidden = !guests;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void enter(form);
  });
}

async function enter(form: HTMLFormElement): Promise<void> {
  const told = form.querySelector('output');
  const say = (words: string) => told && (told.textContent = words);
  try {
    const { token, user } = await signInGuest(form.querySelector('input')?.value ?? '', SERVER);
    operations.preauthorizeApiKey('bearer', token);
    say(`Signed in as ${user.name}: “Try it out” now asks in that name.`);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
}
