/** The report's style sheet. */

/** The report's only style sheet; its hash stands in the report's content security policy. */
export const reportStyle: string = `
:root { color-scheme: light dark; --ink: #1c2330; --soft: #5b6577; --line: #d5dae3; --back: #fff; --card: #f4f6f9; --certain: #b3261e; --likely: #e0912f; --bar: #3b6fb6 }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ef; --soft: #9aa5b8; --line: #39424f; --back: #14181f; --card: #1d232c; --certain: #ef6a60; --likely: #e9a94f; --bar: #7aa5de } }
body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--back); max-width: 1180px; margin: 2em auto; padding: 0 1em }
h1 { font-size: 1.6em } h2 { font-size: 1.15em; margin: 2em 0 .5em }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15em 1em } dt { color: var(--soft) } dd { margin: 0; overflow-wrap: anywhere }
.tiles { display: flex; flex-wrap: wrap; gap: 1em; margin: 1.5em 0 } .tile { background: var(--card); border-radius: 8px; padding: .8em 1.2em; min-width: 8em; color: var(--soft) }
.tile b { font-size: 1.7em; color: var(--ink) } .tile.detected b { color: var(--certain) } .tile.unchecked b { color: var(--likely) }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; vertical-align: top; padding: .3em .8em .3em 0; border-bottom: 1px solid var(--line); overflow-wrap: break-word }
td.long { overflow-wrap: anywhere; min-width: 9em } td.when { white-space: nowrap }
table.counts { table-layout: fixed } table.counts td:nth-child(1) { width: 42% } table.counts td:nth-child(2) { width: 5em } tr.advice td { padding-bottom: 1em; color: var(--soft) } tr.hit td { border-bottom: 0 }
th { color: var(--soft); font-weight: 600 } td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
button.copy { font: inherit; font-size: .85em; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .1em .7em; margin-left: .6em; cursor: pointer } button.copy:focus-visible { outline: 2px solid var(--bar) }
pre { background: var(--card); padding: .5em .7em; border-radius: 6px; margin: .3em 0; white-space: pre-wrap; user-select: all; font-size: .9em }
svg.bar { display: block; width: 100%; max-width: 304px; height: 14px } svg.bar rect { fill: var(--bar) } svg.timeline { width: 100%; height: auto } svg.timeline text { font-size: 11px; fill: var(--soft) } svg.timeline line { stroke: var(--line) }
.certain { fill: var(--certain) } .likely { fill: var(--likely) } .hover { fill: transparent }
.key { display: inline-block; width: .8em; height: .8em; border-radius: 2px } .key.certain { background: var(--certain) } .key.likely { background: var(--likely) }
summary { cursor: pointer; color: var(--soft) }
@media (max-width: 700px) {
body { margin: 1em auto } dl { grid-template-columns: 1fr } dd { margin-bottom: .4em } .tile { min-width: 6em; flex: 1 }
table.cards, table.cards tbody, table.cards tr, table.cards td { display: block; width: auto } table.cards tr.head { display: none }
table.cards td { border: 0; padding: .1em 0 } table.cards td[data-is]::before { content: attr(data-is) ": "; color: var(--soft) } table.cards td:empty { display: none }
table.cards tr { border-bottom: 1px solid var(--line); padding: .5em 0 } table.cards tr.hit { border: 0; padding-bottom: 0 } td.number { text-align: left }
svg.timeline text { font-size: 28px } svg.timeline text.wide { display: none }
}
`

/**
 * The report's only script: a button copies the proposal beside it. Without it, or where the browser forbids it, a click into
 * the proposal selects the whole of it.
 */
export const reportScript: string = `
for (const button of document.querySelectorAll('button.copy')) {
  button.hidden = false
  button.addEventListener('click', () => {
    const pre = button.nextElementSibling
    const done = () => { button.textContent = 'Copied' }
    const select = () => { getSelection().selectAllChildren(pre); if (document.execCommand('copy')) done() }
    if (navigator.clipboard) navigator.clipboard.writeText(pre.textContent).then(done, select)
    else select()
  })
}
`
