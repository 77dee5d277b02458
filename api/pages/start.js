// Fills the page from the description of the API, and makes its examples ready to be sent.

const EXAMPLE_HOST = 'https://example.com/';
/** The names of the parameters that take the key of an event. */
const KEY_PARAMETERS = ['key', 'event_key'];
const FIRST = '/Publish/publishEvent';

const root = document.getElementById('ui');
const keyField = document.getElementById('key');
const { key: givenKey = '', target } = root.dataset;

followColorScheme(window.matchMedia('(prefers-color-scheme: dark)'));
if (givenKey === '') keyField.value = keyOfConsole();
else showGivenKey();
show().catch((error) => {
  root.textContent = `The description of the API cannot be shown (${error.message}). Reload the page.`;
});

async function show() {
  const answer = await fetch('/openapi.json');
  if (!answer.ok) throw new Error(`GET /openapi.json answered ${answer.status}`);
  const description = await answer.json();
  description.servers = [{ url: location.origin }];
  const operations = operationsOf(description);
  for (const { operation } of operations) {
    makeReady(operation);
    shorten(operation);
  }
  document.getElementById('version').textContent = description.info.version;
  listOperations(description.tags, operations);

  const ui = SwaggerUIBundle({
    spec: description,
    domNode: root,
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    plugins: [{ components: shownElsewhere() }],
    responseInterceptor: (response) => {
      if (response.status === 201) fillInKey(ui, operations, response.text);
      return response;
    },
    tryItOutEnabled: true,
    validatorUrl: null,
    onComplete: () => openFirst(ui, description.tags.at(-1).name),
  });
  window.addEventListener('hashchange', () => ui.layoutActions.parseDeepLinkHash(location.hash));
  keyField.addEventListener('input', () => useKey(ui, keyField.value.trim()));
  useKey(ui, keyField.value);
}

/** Shows the API key that the page was given. Everybody knows that key, so it need not be hidden. */
function showGivenKey() {
  keyField.type = 'text';
  keyField.value = givenKey;
  document.getElementById('local').hidden = false;
  document.getElementById('remote').hidden = true;
}

/** The API key that was given to the console in this tab or this browser; empty if there is none. */
function keyOfConsole() {
  const name = 'event-queue:key';
  return stored(() => sessionStorage.getItem(name)) ?? stored(() => localStorage.getItem(name)) ?? '';
}

/** Reads what the browser stores; null if it allows no storage. */
function stored(read) {
  try {
    return read();
  } catch {
    return null;
  }
}

function operationsOf({ paths }) {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
}

/**
 * Makes the example of an operation ready to be sent: its event calls the target, if there is one, at once. Examples of
 * keys are removed, because no event has them.
 */
function makeReady({ parameters = [], requestBody }) {
  for (const parameter of parameters) if (KEY_PARAMETERS.includes(parameter.name)) delete parameter.example;
  const media = requestBody?.content['application/json'];
  if (media !== undefined && target !== undefined) media.example = withTarget(media.example);
}

/**
 * Removes the schema from all refusals of an operation. They have the same form, which the page shows once, among the
 * schemas.
 */
function shorten({ responses }) {
  for (const answer of Object.values(responses))
    if ('application/problem+json' in answer.content) delete answer.content;
}

function withTarget(example) {
  if (example.events !== undefined) return { ...example, events: example.events.map(withTarget) };
  if (!example.url_to_send_request?.startsWith(EXAMPLE_HOST)) return example;
  const { headers, call_url_after: _, ...rest } = example;
  return { ...rest, url_to_send_request: new URL(target, location.href).href };
}

/** The components of Swagger UI that are replaced by nothing, because the head of the page shows the same. */
function shownElsewhere() {
  const nothing = () => null;
  return {
    InfoContainer: nothing,
    ServersContainer: nothing,
    AuthorizeBtnContainer: nothing,
    authorizeOperationBtn: nothing,
  };
}

function useKey(ui, value) {
  if (value === '') ui.authActions.logout(['header']);
  else ui.preauthorizeApiKey('header', value);
}

/** Fills the key of an event that was published on this page into all operations that take the key of an event. */
function fillInKey(ui, operations, text) {
  const published = JSON.parse(text).key;
  // The answer to a new API key is a 201 as well, and names no event.
  if (published === undefined) return;
  for (const { path, method } of operations) {
    const parameters = ui.specSelectors.specJson().getIn(['paths', path, method, 'parameters'], []);
    for (const parameter of parameters) {
      if (!KEY_PARAMETERS.includes(parameter.get('name'))) continue;
      ui.specActions.changeParamByIdentity([path, method], parameter, published);
    }
  }
}

/**
 * Opens the first operation and closes the last group, unless the address of the page links to an operation or a group.
 */
function openFirst(ui, lastGroup) {
  const asked = location.hash;
  if (!asked.includes(encodeURIComponent(lastGroup))) ui.layoutActions.show(['operations-tag', lastGroup], false);
  if (asked === '') ui.layoutActions.show(['operations', ...FIRST.split('/').slice(1)], true);
  history.replaceState(null, '', asked === '' ? location.pathname : asked);
}

function listOperations(tags, operations) {
  const list = document.getElementById('index');
  for (const { name } of tags) {
    const group = document.createElement('details');
    group.open = name !== tags.at(-1).name;
    group.append(Object.assign(document.createElement('summary'), { textContent: name }));
    for (const one of operations.filter(({ operation }) => operation.tags.includes(name))) group.append(linkTo(one));
    list.append(group);
  }
}

function linkTo({ path, method, operation: { operationId, summary, tags } }) {
  const link = document.createElement('a');
  link.href = `#/${encodeURIComponent(tags[0])}/${operationId}`;
  link.title = summary;
  const name = Object.assign(document.createElement('b'), { className: method, textContent: method });
  link.append(name, path);
  return link;
}

/** Follows the colours of the system, or those that the reader chose in the console. */
function followColorScheme(isDark) {
  const { documentElement } = document;
  const theme = stored(() => localStorage.getItem('event-queue:theme'));
  if (theme !== null) documentElement.dataset.theme = theme;
  const follow = () =>
    documentElement.classList.toggle('dark-mode', theme === null ? isDark.matches : theme === 'dark');
  isDark.addEventListener('change', follow);
  follow();
}
