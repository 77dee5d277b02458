import { createHash } from 'node:crypto';
import { attribute, HTML, PAGE_HEADERS, type PageOptions, SCRIPT, type SitePage, STYLE } from './site.ts';

/** The built files of the console. */
export type ConsoleFiles = {
  /** The page, which names its script as /console/console.js and its style sheet as /console/console.css. */
  readonly page: string;
  readonly script: Uint8Array;
  readonly style: Uint8Array;
};

type ConsoleOptions = PageOptions & {
  /** The least number of seconds between two requests of the page for the same data. By default, the page decides. */
  readonly refreshSeconds?: number | undefined;
};

/**
 * The paths of the console: the root, and those that its own links lead to. A path with a file extension is a file, so
 * that a file that is missing is not answered with a page.
 */
const SCREEN = /^\/(console(\/(events\/[^/]+|schedules\/[^/]+(\/edit)?|[^.]*))?)?$/;

/**
 * Opens the console. Its page is at every path of its screens. Its files have a digest of their contents in their names,
 * so that browsers keep them and ask only for the page again.
 *
 * @param read Gets the built files. It is called at the first request, and again after a failure.
 */
export function openConsoleSite(
  read: () => Promise<ConsoleFiles>,
  options: ConsoleOptions = {},
): (path: string) => Promise<SitePage | undefined> {
  let opened: Promise<ReadonlyMap<string, SitePage>> | undefined;

  return async (path) => {
    if (!path.startsWith('/console') && path !== '/') return undefined;
    opened ??= read().then((files) => pagesOf(files, options));
    const pages = await opened.catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return pages.get(SCREEN.test(path) ? '/' : path);
  };
}

function pagesOf({ page, script, style }: ConsoleFiles, options: ConsoleOptions): ReadonlyMap<string, SitePage> {
  const scriptPath = `/console/console-${digest(script)}.js`;
  const stylePath = `/console/console-${digest(style)}.css`;
  const { key, target, refreshSeconds } = options;
  const given = `${attribute('data-key', key)}${attribute('data-target', target)}${attribute('data-refresh', refreshSeconds?.toString())}`;
  const html = page
    .replace('/console/console.js', scriptPath)
    .replace('/console/console.css', stylePath)
    .replace('<div id="console"', () => `<div id="console"${given}`);
  return new Map([
    ['/', { status: 200, headers: { ...PAGE_HEADERS, 'content-type': HTML }, body: Buffer.from(html) }],
    [scriptPath, unchanging(SCRIPT, script)],
    [stylePath, unchanging(STYLE, style)],
  ]);
}

/** A file that browsers may keep for a year, because another content has another name. */
function unchanging(type: string, body: Uint8Array): SitePage {
  const headers = {
    ...PAGE_HEADERS,
    'content-type': type,
    'cache-control': 'public, max-age=31536000, immutable',
  };
  return { status: 200, headers, body };
}

function digest(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 12);
}
