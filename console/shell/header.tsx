import { useLocation } from 'preact-iso';
import { Icon, type IconName } from '../parts/icon.tsx';
import { live } from '../state/preferences.ts';
import { isOffline } from '../state/session.ts';
import { PreferencesButton } from './preferences-button.tsx';

type Place = {
  readonly path: string;
  readonly name: string;
  readonly icon: IconName;
  /** The path of another screen of the place, which is not below its own. */
  readonly form?: string;
};

const places: readonly Place[] = [
  { path: '/', name: 'Overview', icon: 'overview' },
  { path: '/console/events', name: 'Events', icon: 'events' },
  { path: '/console/schedules', name: 'Schedules', icon: 'waiting', form: '/console/new-schedule' },
  { path: '/console/publish', name: 'Publish', icon: 'publish' },
  { path: '/console/settings', name: 'Settings', icon: 'settings' },
  { path: '/docs', name: 'API', icon: 'docs' },
];

/** The head of every screen: where one is, where one can go, whether the page is live, and its preferences. */
export function Header() {
  const { path } = useLocation();
  return (
    <header class="head">
      <a class="brand" href="/">
        <img src="/docs/favicon.png" alt="" width="24" height="24" />
        Event Queue
      </a>
      <nav aria-label="Screens">
        {places.map((place) => (
          <a key={place.path} href={place.path} aria-current={isAt(path, place) ? 'page' : undefined}>
            <Icon name={place.icon} />
            {place.name}
          </a>
        ))}
      </nav>
      <div class="tools">
        <LiveButton />
        <PreferencesButton />
      </div>
    </header>
  );
}

function LiveButton() {
  const state = isOffline.value ? 'offline' : live.value ? 'live' : 'stopped';
  const text = { offline: 'Offline', live: 'Live', stopped: 'Stopped' }[state];
  return (
    <button
      type="button"
      class={`quiet live ${state}`}
      aria-pressed={live.value}
      title={live.value ? 'The page asks for new data by itself. Stop it.' : 'Let the page ask for new data by itself.'}
      onClick={() => (live.value = !live.value)}
    >
      <span class="dot" aria-hidden="true" />
      {text}
    </button>
  );
}

function isAt(path: string, { path: own, form }: Place): boolean {
  return path === own || path === form || (own !== '/' && path.startsWith(`${own}/`));
}
