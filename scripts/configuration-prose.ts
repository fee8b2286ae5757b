/** The parts of docs/configuration.md that are not made from options. */

export const configurationIntro: string = `# Configuration

Namesake reads two YAML files. \`namesake.yaml\` is the daemon's: where it listens, where mail goes, where people come from. \`protection.yaml\` is the operator's daily file: who is protected, and what is done about a detection. The examples in \`config/\` run as they stand.

- **Validate** both with \`namesake config check\`. Every fault of both files is said at once, as \`file:line:column: option: what stands there; accepted: …\`. Unknown options are faults too.
- **Reload**: \`protection.yaml\` reloads by itself within a second of being saved, also when it is replaced by a rename or by a Kubernetes ConfigMap; both files reload on SIGHUP. An edit with faults is refused in the log, and what held before holds on.
- **Edit** \`protection.yaml\` by hand, or with \`namesake protect\`, \`unprotect\`, \`secondary add\` and \`secondary remove\`, which keep comments and order.
- **Paths** are relative to the folder of the file that names them.
- **Durations** have a unit: \`300s\`, \`5m\`, \`24h\`, \`7d\`, \`1h30m\`. **Sizes** too: \`256KiB\` (1,024), \`50MB\` (1,000,000).
- **Secrets** never stand in these files: \`{ env: NAME }\` takes one from the environment, \`{ file: PATH }\` from a file, which is read again at each use, so that it can be renewed. They never reach a log.
- **Editors** that know YAML schemas complete and check as you type: the first line of each example names its schema.
`

export const peopleFiles: string = `## People files

A directory of type \`file\` reads people from YAML, JSON or CSV, told apart by the name's end. YAML and JSON hold \`users\`, and optionally \`groups\`:

\`\`\`yaml
users:
  - id: "1"                     # any text that stays the same
    displayName: Jane Roe
    givenName: Jane             # optional, as all below
    surname: Roe
    mail: jane.roe@corp.example
    userPrincipalName: jane.roe@corp.example
    proxyAddresses: ["SMTP:jane.roe@corp.example", "smtp:ceo@corp.example"]
    groups: ["executives"]      # ids; or list members at the group
groups:
  - id: executives
    displayName: Executives
    members: ["1"]              # ids of users, or of other groups
\`\`\`

CSV has a header row, and \`;\` between several values in one cell:

\`\`\`csv
Display_Name,Email,Secondary_Emails,Groups
Jane Roe,jane.roe@corp.example,ceo@corp.example;jane@corp.example,Executives
\`\`\`

CSV is taken as programs write it: values separated by commas, semicolons or tabs (whichever separates most of the header row), in UTF-8,
UTF-16 or Windows-1252, with a byte-order mark or without. The header row may be that of an export from Entra, the Microsoft 365 admin center,
Exchange's PowerShell or Google Workspace: first and last name, user principal name and proxy addresses are understood, rows of guests
are left out, other columns are passed over. Recovery and alternate addresses are not a person's own, as people set them themselves.
`
