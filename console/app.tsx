import { useEffect, useErrorBoundary, useRef } from 'preact/hooks';
import { LocationProvider, Route, Router, useLocation } from 'preact-iso';
import { Empty } from './parts/empty.tsx';
import { BulkScreen } from './screens/bulk/bulk-screen.tsx';
import { EventScreen } from './screens/event/event-screen.tsx';
import { EventsScreen } from './screens/events/events-screen.tsx';
import { OverviewScreen } from './screens/overview/overview-screen.tsx';
import { PublishScreen } from './screens/publish/publish-screen.tsx';
import { ScheduleScreen } from './screens/schedule/schedule-screen.tsx';
import { EditScheduleScreen, NewScheduleScreen } from './screens/schedule-form/schedule-form-screen.tsx';
import { SchedulesScreen } from './screens/schedules/schedules-screen.tsx';
import { SettingsScreen } from './screens/settings/settings-screen.tsx';
import { Banners } from './shell/banners.tsx';
import { Header } from './shell/header.tsx';
import { KeyGate } from './shell/key-gate.tsx';
import { Keyboard } from './shell/keyboard.tsx';

/** Links to these paths are followed by the console itself. All other links leave it. */
const OWN_PATHS = /^\/(console(\/|$)|$)/;

/** The whole console: its head, what concerns every screen, and the screen of the path. */
export function App() {
  return (
    <LocationProvider scope={OWN_PATHS}>
      <a class="skip" href="#screen">
        Skip to the content
      </a>
      <Header />
      <main id="screen" tabIndex={-1}>
        <KeyGate>
          <Banners />
          <Screens />
          <Keyboard />
        </KeyGate>
      </main>
    </LocationProvider>
  );
}

/** The screen of the path. A screen that throws is replaced by a notice until the reader goes to another one. */
function Screens() {
  const { url } = useLocation();
  const [error, forget] = useErrorBoundary();
  const brokenUrl = useRef(url);
  if (error === undefined) brokenUrl.current = url;
  useEffect(() => {
    if (brokenUrl.current !== url) forget();
  }, [url]);
  if (error !== undefined) return <BrokenScreen />;
  return (
    <Router>
      <Route path="/" component={OverviewScreen} />
      <Route path="/console/events" component={EventsScreen} />
      <Route path="/console/events/:key" component={EventScreen} />
      <Route path="/console/schedules" component={SchedulesScreen} />
      <Route path="/console/schedules/:id" component={ScheduleScreen} />
      <Route path="/console/schedules/:id/edit" component={EditScheduleScreen} />
      <Route path="/console/new-schedule" component={NewScheduleScreen} />
      <Route path="/console/publish" component={PublishScreen} />
      <Route path="/console/bulk" component={BulkScreen} />
      <Route path="/console/settings" component={SettingsScreen} />
      <Route default component={NoSuchScreen} />
    </Router>
  );
}

function BrokenScreen() {
  return (
    <Empty title="This screen cannot be shown">
      <p>
        Its address is not complete, or the console has a mistake. Begin at the <a href="/">overview</a>, or load the
        page again.
      </p>
    </Empty>
  );
}

function NoSuchScreen() {
  return (
    <Empty title="There is no such screen">
      <p>
        The address of this page leads nowhere. Begin at the <a href="/">overview</a>.
      </p>
    </Empty>
  );
}
