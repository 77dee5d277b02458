import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { packageFiles } from './package-files.ts';

/** A page of the site, or a file that belongs to one, as it is answered. */
type SitePage = { readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array };

type Asset = { readonly type: string; readonly read: () => Uint8Array };

/** Finds a page or a file by its path. */
export type Site = (path: string) => SitePage | undefined;

/** @param readPackageFile reads a file by its package and its path in there */
export function openSite(readPackageFile: (path: string) => Uint8Array = fromNodeModules): Site {
  const assets = assetsOf(readPackageFile);
  const pages = new Map<string, SitePage>();

  return (path) => {
    const asset = assets.get(path);
    if (asset === undefined) return undefined;
    const page = pages.get(path) ?? { headers: { ...HEADERS, 'content-type': asset.type }, body: asset.read() };
    pages.set(path, page);
    return page;
  };
}

/**
 * Everything comes from here, and no script stands in a page. Both libraries write styles into the page while they run, so styles
 * may.
 */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

const HTML = 'text/html; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

function assetsOf(readPackageFile: (path: string) => Uint8Array): ReadonlyMap<string, Asset> {
  const file = (type: string, path: string): Asset => ({ type, read: () => readPackageFile(path) });
  return new Map([
    ['/docs', text(HTML, swaggerPage)],
    ['/docs/start.js', text(SCRIPT, swaggerStart)],
    ['/docs/swagger-ui.css', file('text/css; charset=utf-8', packageFiles.swaggerStyle)],
    ['/docs/swagger-ui-bundle.js', file(SCRIPT, packageFiles.swaggerScript)],
    ['/docs/favicon.png', file('image/png', packageFiles.icon)],
    ['/redoc', text(HTML, redocPage)],
    ['/redoc/start.js', text(SCRIPT, redocStart)],
    [
      '/redoc/redoc.standalone.js',
      { type: SCRIPT, read: () => withoutForeignLogo(readPackageFile(packageFiles.redocScript)) },
    ],
  ]);
}

function text(type: string, content: string): Asset {
  return { type, read: () => Buffer.from(content) };
}

function fromNodeModules(path: string): Uint8Array {
  return readFileSync(createRequire(import.meta.url).resolve(path));
}

/** ReDoc shows its maker's logo from another host, and nothing where that fails. */
function withoutForeignLogo(script: Uint8Array): Uint8Array {
  return Buffer.from(Buffer.from(script).toString().replace('https://cdn.redoc.ly/redoc/logo-mini.svg', 'data:,'));
}

const swaggerPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Event Queue: try the API</title>
<link rel="icon" href="/docs/favicon.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<main id="ui"></main>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

const swaggerStart = `SwaggerUIBundle({
  url: '/openapi.json',
  domNode: document.getElementById('ui'),
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
`;

const redocPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Event Queue: the API</title>
<link rel="icon" href="/docs/favicon.png">
</head>
<body>
<main id="reference"></main>
<script src="/redoc/redoc.standalone.js"></script>
<script src="/redoc/start.js"></script>
</body>
</html>
`;

const redocStart = `Redoc.init('/openapi.json', { disableSearch: true }, document.getElementById('reference'));
`;
