import type { Browser, Page } from 'playwright-core';

/** The pages that the tests of a suite borrow from one browser. To open a page costs three times as much as to use one again. */
export type PagePool = {
  /** Opens a page that nobody takes back. */
  newPage(): Promise<Page>;
  /**
   * Lends a page until the next `takeBack`. It shares neither storage nor cookies with the other pages.
   *
   * @param options whether the page is closed then, instead of being emptied and lent again
   */
  borrow(options?: { readonly isThrownAway?: boolean }): Promise<Page>;
  takeBack(): Promise<void>;
};

/**
 * Opens a pool without pages.
 *
 * @param prepare is called with each page before anybody uses it
 */
export function pagePool(browser: Browser, prepare: (page: Page) => void): PagePool {
  const empty: Page[] = [];
  const lent = new Map<Page, { readonly isThrownAway: boolean }>();

  async function newPage(): Promise<Page> {
    const context = await browser.newContext({
      colorScheme: 'light',
      // A colour in transition would be measured as a colour of too little contrast.
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const page = await context.newPage();
    prepare(page);
    return page;
  }

  return {
    newPage,

    async borrow({ isThrownAway = false } = {}) {
      const page = isThrownAway ? await newPage() : (empty.pop() ?? refusingScripts(await newPage()));
      lent.set(page, { isThrownAway });
      return page;
    },

    async takeBack() {
      for (const [page, { isThrownAway }] of lent) {
        if (isThrownAway || page.isClosed()) await page.context().close();
        else empty.push(await emptied(page));
      }
      lent.clear();
    },
  };
}

/** Takes back what a test did to a page. */
async function emptied(page: Page): Promise<Page> {
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.context().setOffline(false);
  await page.context().clearCookies();
  await page.evaluate(() => {
    localStorage.clear();
    sessionStorage.clear();
  });
  await page.emulateMedia({ colorScheme: null });
  await page.goto('about:blank');
  return page;
}

/** Makes a page refuse what could not be taken back. */
function refusingScripts(page: Page): Page {
  async function refuse(): Promise<never> {
    throw new Error(
      'This page is used again by other tests. Open it with `isThrownAway` to give it a clock or a script.',
    );
  }
  page.addInitScript = refuse;
  page.exposeFunction = refuse;
  page.clock.install = refuse;
  return page;
}
