import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { ownFiles, packageFiles } from './package-files.ts';

/** The complete answer to a request for a page of the site, or for a file of a page. */
export type SitePage = {
  readonly status: 200 | 301;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
};

type Asset = { readonly type: string; readonly read: () => Uint8Array };

export type PageOptions = {
  /**
   * The API key that the page fills in. The page shows it to everybody who can open the page, so it must be the
   * publicly known key of a queue that only its own machine can reach.
   */
  readonly key?: string | undefined;
  /** The path of this server that the example on the page calls. Without it, the example calls https://example.com. */
  readonly target?: string | undefined;
};

/** Finds a page, or a file of a page, by its path. */
export type Site = (path: string) => SitePage | undefined | Promise<SitePage | undefined>;

/**
 * Returns a function that finds a documentation page, or a file of such a page, by its path; undefined if there is
 * none. A file is read when it is first asked for.
 */
export function openSite(options: PageOptions = {}): (path: string) => SitePage | undefined {
  const assets = assetsOf(options);
  const pages = new Map<string, SitePage>(Object.entries(moved));

  return (path) => {
    const page = pages.get(path) ?? pageOf(assets.get(path));
    if (page !== undefined) pages.set(path, page);
    return page;
  };
}

/**
 * The headers of all pages and their files. They allow scripts and styles only as files of this site, not inside of a page. A page
 * of another site cannot control a window in which it opened one of these pages.
 */
export const PAGE_HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

/** Paths that earlier versions had, with redirections to the pages of today. */
const moved: Readonly<Record<string, SitePage>> = {
  '/redoc': { status: 301, headers: { ...PAGE_HEADERS, location: '/docs' }, body: new Uint8Array() },
};

function pageOf(asset: Asset | undefined): SitePage | undefined {
  return asset && { status: 200, headers: { ...PAGE_HEADERS, 'content-type': asset.type }, body: asset.read() };
}

export const HTML = 'text/html; charset=utf-8';
export const SCRIPT = 'text/javascript; charset=utf-8';
export const STYLE = 'text/css; charset=utf-8';

function assetsOf(options: PageOptions): ReadonlyMap<string, Asset> {
  const packaged = (type: string, path: string): Asset => ({ type, read: () => fromPackage(path) });
  const own = (type: string, path: string): Asset => ({ type, read: () => fromThisFolder(path) });
  return new Map([
    ['/docs', { type: HTML, read: () => docsPage(options) }],
    ['/docs/tokens.css', own(STYLE, ownFiles.tokens)],
    ['/docs/head.css', own(STYLE, ownFiles.head)],
    ['/docs/docs.css', own(STYLE, ownFiles.style)],
    ['/docs/swagger-theme.css', own(STYLE, ownFiles.theme)],
    ['/docs/start.js', own(SCRIPT, ownFiles.script)],
    ['/docs/favicon.png', own('image/png', ownFiles.icon)],
    ['/docs/swagger-ui.css', packaged(STYLE, packageFiles.swaggerStyle)],
    ['/docs/swagger-ui-bundle.js', packaged(SCRIPT, packageFiles.swaggerScript)],
  ]);
}

/** The documentation page. It has the key and the target as attributes of the element that its script fills. */
function docsPage({ key, target }: PageOptions): Uint8Array {
  const given = `${attribute('data-key', key)}${attribute('data-target', target)}`;
  return Buffer.from(String(fromThisFolder(ownFiles.page)).replace('<div id="ui"', () => `<div id="ui"${given}`));
}

/** Writes an attribute of an element, with a blank before it; empty without a value. */
export function attribute(name: string, value: string | undefined): string {
  const escaped = value?.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  return escaped === undefined ? '' : ` ${name}="${escaped}"`;
}

/** Reads a file of a package. In a bundle it is in the folder of the bundle, like all files of the site. */
function fromPackage(path: string): Uint8Array {
  const beside = new URL(basename(path), import.meta.url);
  return readFileSync(existsSync(beside) ? beside : createRequire(import.meta.url).resolve(path));
}

function fromThisFolder(name: string): Uint8Array {
  return readFileSync(new URL(name, import.meta.url));
}
