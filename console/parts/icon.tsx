const paths = {
  overview: 'M3 12h4l3-8 4 16 3-8h4',
  events: 'M4 6h16M4 12h16M4 18h10',
  publish: 'M12 19V5M5 12l7-7 7 7',
  settings: 'M4 7h9M17 7h3M15 5v4M4 12h3M11 12h9M9 10v4M4 17h11M19 17h1M17 15v4',
  person: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 21c0-4 4-6 8-6s8 2 8 6',
  docs: 'M5 4h10l4 4v12H5zM9 12h6M9 16h6',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM20 20l-4-4',
  close: 'M6 6l12 12M18 6 6 18',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  done: 'M5 13l4 4L19 7',
  live: 'M8 5v14l11-7z',
  pause: 'M8 5v14M16 5v14',
  warning: 'M12 4 2.5 20h19zM12 10v4M12 17v.5',
  next: 'M9 6l6 6-6 6',
  waiting: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4l3 2',
  retry: 'M20 12a8 8 0 1 1-2.5-5.8M20 3v5h-5',
  cancel: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM6.5 6.5l11 11',
  filter: 'M4 6h16M7 12h10M10 18h4',
  order: 'M8 5v14M4 15l4 4 4-4M16 19V5M12 9l4-4 4 4',
  newest: 'M12 5v14M6 11l6-6 6 6',
} as const;

export type IconName = keyof typeof paths;

/** A small drawing beside a text that says the same, so that it is hidden from screen readers. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="16" height="16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
