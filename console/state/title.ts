import { useEffect } from 'preact/hooks';

const NAME = 'Event Queue';

/** Names a screen in the title of the window, where tabs and bookmarks show it. */
export function useTitle(screen: string): void {
  useEffect(() => {
    document.title = `${screen} · ${NAME}`;
    return () => {
      document.title = NAME;
    };
  }, [screen]);
}
