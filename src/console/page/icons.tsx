/** Icons of the console: 16 by 16, in the colour of the text beside them. */

import type { JSX } from 'preact'

const shapes = {
  menu: <path d="M2 4.5h12M2 8h12M2 11.5h12" />,
  find: (
    <>
      <circle cx="7" cy="7" r="4.4" />
      <path d="m10.3 10.3 3.5 3.5" />
    </>
  ),
  overview: (
    <>
      <rect x="2" y="2" width="5" height="6" rx="1" />
      <rect x="9" y="2" width="5" height="3.5" rx="1" />
      <rect x="9" y="8" width="5" height="6" rx="1" />
      <rect x="2" y="10.5" width="5" height="3.5" rx="1" />
    </>
  ),
  mail: (
    <>
      <rect x="1.8" y="3.2" width="12.4" height="9.6" rx="1.4" />
      <path d="m2.3 4.3 5.7 4.5 5.7-4.5" />
    </>
  ),
  review: (
    <>
      <circle cx="6" cy="5.2" r="2.5" />
      <path d="M1.6 13.4c.3-2.9 2-4.4 4.4-4.4s4.1 1.5 4.4 4.4" />
      <path d="M11.4 4.2a1.6 1.6 0 1 1 2.3 1.5c-.5.2-.7.6-.7 1.1v.3" />
      <path d="M13 9.2v.01" />
    </>
  ),
  shield: <path d="M8 1.6 13.2 3.5v4.1c0 3.3-2.1 5.6-5.2 6.8-3.1-1.2-5.2-3.5-5.2-6.8V3.5z" />,
  book: (
    <>
      <path d="M3.6 1.8h8.6a1 1 0 0 1 1 1v10.4a1 1 0 0 1-1 1H3.6z" />
      <path d="M2 5h1.6M2 8h1.6M2 11h1.6" />
      <circle cx="8.4" cy="6.3" r="1.5" />
      <path d="M5.9 11c.2-1.5 1.1-2.2 2.5-2.2s2.3.7 2.5 2.2" />
    </>
  ),
  rules: (
    <>
      <path d="M2 4.6h5.6M11.4 4.6H14M2 11.4h2.4M8.4 11.4H14" />
      <circle cx="9.5" cy="4.6" r="1.9" />
      <circle cx="6.4" cy="11.4" r="1.9" />
    </>
  ),
  flask: (
    <path d="M6.2 1.9v4.3l-3.4 6a1.2 1.2 0 0 0 1 1.8h8.4a1.2 1.2 0 0 0 1-1.8l-3.4-6V1.9M5.1 1.9h5.8M4.8 9.9h6.4" />
  ),
  gear: (
    <>
      <path d="M12.36 6.24L14.28 6.75L14.28 9.25L12.36 9.76L12.33 9.83L13.32 11.56L11.56 13.32L9.83 12.33L9.76 12.36L9.25 14.28L6.75 14.28L6.24 12.36L6.17 12.33L4.44 13.32L2.68 11.56L3.67 9.83L3.64 9.76L1.72 9.25L1.72 6.75L3.64 6.24L3.67 6.17L2.68 4.44L4.44 2.68L6.17 3.67L6.24 3.64L6.75 1.72L9.25 1.72L9.76 3.64L9.83 3.67L11.56 2.68L13.32 4.44L12.33 6.17Z" />
      <circle cx="8" cy="8" r="2" />
    </>
  ),
  dots: <path d="M3.4 8v.01M8 8v.01M12.6 8v.01" stroke-width="2.2" />,
  sun: (
    <>
      <circle cx="8" cy="8" r="2.8" />
      <path d="M8 1.4v1.5M8 13.1v1.5M1.4 8h1.5M13.1 8h1.5M3.3 3.3l1.1 1.1M11.6 11.6l1.1 1.1M3.3 12.7l1.1-1.1M11.6 4.4l1.1-1.1" />
    </>
  ),
  moon: <path d="M13.4 9.7A5.8 5.8 0 0 1 6.3 2.6a5.8 5.8 0 1 0 7.1 7.1z" />,
  clock: (
    <>
      <circle cx="8" cy="8" r="6.2" />
      <path d="M8 4.6V8l2.4 1.6" />
    </>
  ),
  keyboard: (
    <>
      <rect x="1.6" y="4" width="12.8" height="8" rx="1.2" />
      <path d="M4.2 6.7v.01M6.7 6.7v.01M9.3 6.7v.01M11.8 6.7v.01M5 9.5h6" />
    </>
  ),
  leave: <path d="M6.4 2.4H3.4a1 1 0 0 0-1 1v9.2a1 1 0 0 0 1 1h3M10.2 11.2 13.4 8l-3.2-3.2M13.2 8H6" />,
  sync: (
    <>
      <path d="M13.6 8A5.6 5.6 0 0 1 3.4 11.2M2.4 8A5.6 5.6 0 0 1 12.6 4.8" />
      <path d="M12.9 2v3h-3M3.1 14v-3h3" />
    </>
  ),
  copy: (
    <>
      <rect x="5.4" y="5.4" width="8.4" height="8.4" rx="1.2" />
      <path d="M10.6 5.4V3.4a1.2 1.2 0 0 0-1.2-1.2h-6a1.2 1.2 0 0 0-1.2 1.2v6a1.2 1.2 0 0 0 1.2 1.2h2" />
    </>
  ),
  cross: <path d="m3.8 3.8 8.4 8.4M12.2 3.8l-8.4 8.4" />,
  eye: (
    <>
      <path d="M1.4 8S3.8 3.6 8 3.6 14.6 8 14.6 8 12.2 12.4 8 12.4 1.4 8 1.4 8z" />
      <circle cx="8" cy="8" r="2" />
    </>
  ),
  pauseRound: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M6.3 5.8v4.4M9.7 5.8v4.4" />
    </>
  ),
  guardOn: (
    <>
      <path
        d="M8 1.6 13.2 3.5v4.1c0 3.3-2.1 5.6-5.2 6.8-3.1-1.2-5.2-3.5-5.2-6.8V3.5z"
        fill="currentColor"
        stroke="currentColor"
      />
      <path d="m5.4 8 1.9 1.9 3.5-3.8" stroke="var(--surface)" stroke-width="1.6" />
    </>
  ),
  guardBy: (
    <>
      <path d="M8 1.6 13.2 3.5v4.1c0 3.3-2.1 5.6-5.2 6.8-3.1-1.2-5.2-3.5-5.2-6.8V3.5z" stroke="currentColor" />
      <path d="m5.4 8 1.9 1.9 3.5-3.8" stroke="currentColor" />
    </>
  ),
  guardPart: (
    <>
      <path d="M8 1.6 13.2 3.5v4.1c0 3.3-2.1 5.6-5.2 6.8-3.1-1.2-5.2-3.5-5.2-6.8V3.5z" stroke="currentColor" />
      <path d="M8 1.6v12.8c-3.1-1.2-5.2-3.5-5.2-6.8V3.5z" fill="currentColor" stroke="none" />
    </>
  ),
  guardOut: (
    <>
      <path
        d="M8 1.6 13.2 3.5v4.1c0 3.3-2.1 5.6-5.2 6.8-3.1-1.2-5.2-3.5-5.2-6.8V3.5z"
        stroke="currentColor"
        stroke-dasharray="2 2.2"
      />
      <path d="m5.8 5.8 4.4 4.4M10.2 5.8l-4.4 4.4" stroke="currentColor" />
    </>
  ),
  guardNot: (
    <path
      d="M8 1.6 13.2 3.5v4.1c0 3.3-2.1 5.6-5.2 6.8-3.1-1.2-5.2-3.5-5.2-6.8V3.5z"
      stroke="currentColor"
      stroke-dasharray="2 2.2"
    />
  ),
  down: <path d="M3.6 6 8 10.4 12.4 6" />,
  up: <path d="M3.6 10 8 5.6l4.4 4.4" />,
  right: <path d="m6 3.6 4.4 4.4L6 12.4" />,
  left: <path d="M10 3.6 5.6 8l4.4 4.4" />,
  refuse: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="m3.8 12.2 8.4-8.4" />
    </>
  ),
  tag: (
    <>
      <path d="M2.2 7.6V3.2a1 1 0 0 1 1-1h4.4l6 6a1.2 1.2 0 0 1 0 1.7l-3.7 3.7a1.2 1.2 0 0 1-1.7 0z" />
      <path d="M5.2 5.2v.01" />
    </>
  ),
  warning: (
    <>
      <path d="M8 2 14.6 13.4H1.4z" />
      <path d="M8 6.4v3.2M8 11.6v.01" />
    </>
  ),
  info: (
    <>
      <circle cx="8" cy="8" r="6.2" />
      <path d="M8 7.2v4M8 4.9v.01" />
    </>
  ),
  check: <path d="m2.8 8.6 3.4 3.4 7-7.6" />,
  inbox: (
    <path d="M2 9.2 3.8 3.4a1 1 0 0 1 1-.8h6.4a1 1 0 0 1 1 .8L14 9.2v3.2a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1zM2 9.2h3.4l.8 1.6h3.6l.8-1.6H14" />
  ),
  offline: (
    <path d="M2 2l12 12M1.8 6.2A9 9 0 0 1 4.6 4.4M6.6 3.7A9 9 0 0 1 14.2 6.2M4 8.6a5.6 5.6 0 0 1 3-1.5M10.4 7.8A5.6 5.6 0 0 1 12 8.6M6.3 11a2.6 2.6 0 0 1 3.4 0M8 13.4v.01" />
  ),
  download: <path d="M8 2v8.2M4.6 7 8 10.4 11.4 7M2.6 13.6h10.8" />,
  open: (
    <path d="M9.4 2.4h4.2v4.2M13.4 2.6 7.6 8.4M11.6 9.4v3a1.2 1.2 0 0 1-1.2 1.2H3.6a1.2 1.2 0 0 1-1.2-1.2V5.6a1.2 1.2 0 0 1 1.2-1.2h3" />
  ),
  pause: <path d="M5.4 3.2v9.6M10.6 3.2v9.6" />,
  plus: <path d="M8 2.8v10.4M2.8 8h10.4" />,
  person: (
    <>
      <circle cx="8" cy="5.2" r="2.7" />
      <path d="M2.6 14c.3-3.2 2.4-4.8 5.4-4.8s5.1 1.6 5.4 4.8" />
    </>
  ),
  undo: <path d="M2.6 6.2h7a3.6 3.6 0 0 1 0 7.2H6M5.4 3.2l-3 3 3 3" />,
  file: (
    <>
      <path d="M3.4 2.4a1 1 0 0 1 1-1h4.8l3.4 3.4v8.8a1 1 0 0 1-1 1H4.4a1 1 0 0 1-1-1z" />
      <path d="M9 1.6v3.4h3.4M5.6 8.4h4.8M5.6 11h4.8" />
    </>
  ),
  windows: (
    <>
      <rect x="1.8" y="1.8" width="5.4" height="5.4" />
      <rect x="8.8" y="1.8" width="5.4" height="5.4" />
      <rect x="1.8" y="8.8" width="5.4" height="5.4" />
      <rect x="8.8" y="8.8" width="5.4" height="5.4" />
    </>
  ),
  upload: <path d="M8 10.4V2M4.6 5.2 8 1.8l3.4 3.4M2.6 13.6h10.8" />,
  group: (
    <>
      <circle cx="6" cy="5.4" r="2.4" />
      <path d="M1.6 13.2c.3-2.8 2-4.2 4.4-4.2s4.1 1.4 4.4 4.2M10.4 3.2a2.4 2.4 0 0 1 0 4.4M11.6 9.3c1.7.5 2.6 1.8 2.8 3.9" />
    </>
  ),
} as const

export type IconName = keyof typeof shapes

/** `size` in pixels, 16 if left out. Never the only sign of something: a word stands beside it, or a label. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }): JSX.Element {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      stroke-width="1.4"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {shapes[name]}
    </svg>
  )
}

/** The product's mark: one arch and its dotted likeness. */
export function Mark({ size }: { readonly size: number }): JSX.Element {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke-linecap="round" aria-hidden="true">
      <path class="mark-a" d="M3.5 19.5V10a4.25 4.25 0 0 1 8.5 0v9.5" stroke-width="2.6" />
      <path class="mark-b" d="M12 10a4.25 4.25 0 0 1 8.5 0v9.5" stroke-width="2.2" stroke-dasharray="0.01 3.55" />
    </svg>
  )
}
