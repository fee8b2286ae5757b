/** Its style sheet. */

/** The report's only style sheet; its hash stands in the report's content security policy. */
export const reportStyle: string = `
:root { color-scheme: light dark; --ink: #1c2330; --soft: #5b6577; --line: #d5dae3; --back: #fff; --card: #f4f6f9; --certain: #b3261e; --likely: #e0912f; --bar: #3b6fb6 }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ef; --soft: #9aa5b8; --line: #39424f; --back: #14181f; --card: #1d232c; --certain: #ef6a60; --likely: #e9a94f; --bar: #7aa5de } }
body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--back); max-width: 1100px; margin: 2em auto; padding: 0 1em }
h1 { font-size: 1.6em } h2 { font-size: 1.15em; margin: 2em 0 .5em }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15em 1em } dt { color: var(--soft) } dd { margin: 0; overflow-wrap: anywhere }
.tiles { display: flex; flex-wrap: wrap; gap: 1em; margin: 1.5em 0 } .tile { background: var(--card); border-radius: 8px; padding: .8em 1.2em; min-width: 8em; color: var(--soft) }
.tile b { font-size: 1.7em; color: var(--ink) } .tile.detected b { color: var(--certain) } .tile.unchecked b { color: var(--likely) }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; vertical-align: top; padding: .3em .8em .3em 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere }
th { color: var(--soft); font-weight: 600 } td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
pre { background: var(--card); padding: .5em .7em; border-radius: 6px; margin: .3em 0; white-space: pre-wrap; user-select: all; font-size: .9em }
svg.bar rect { fill: var(--bar) } svg.timeline { width: 100%; height: auto } svg.timeline text { font-size: 11px; fill: var(--soft) } svg.timeline line { stroke: var(--line) }
.certain { fill: var(--certain) } .likely { fill: var(--likely) } .hover { fill: transparent }
.key { display: inline-block; width: .8em; height: .8em; border-radius: 2px } .key.certain { background: var(--certain) } .key.likely { background: var(--likely) }
summary { cursor: pointer; color: var(--soft) }
`
