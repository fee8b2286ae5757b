/** Well-known services that write in people's names. */

/**
 * Well-known services that write in people's names: invitations, shared documents, signatures, tickets. A preset is off
 * until the protection file names it. A message that one of its senders really sent (authenticated, as for every entry
 * here) is still detected, but as `likely`: anyone can make such a service carry any name, so it is never clean.
 */
interface Preset {
  readonly name: string
  /** What the service does, for the documentation. */
  readonly about: string
  /** Addresses, or domains with all below them. */
  readonly from: readonly string[]
  /** Where the senders are known from, and the month in which that was looked at. */
  readonly source: string
}

// Not here, because anyone can have an account of theirs in any name within minutes, and spam does: Zendesk (random tenants below
// zendesk.com stand in public spam corpora), Google Groups (whoever makes one writes from googlegroups.com in any name) and
// services that send mailings; nor Asana, of which no page says where its notices come from. A trusted sender of
// one's own tenant (`support.corp.zendesk.com`) does what a preset would.

export const presets: readonly Preset[] = [
  {
    name: 'google-calendar',
    about: 'invitations and changes of Google Calendar',
    from: ['calendar-notification@google.com', 'calendar-noreply@google.com'],
    source: 'seen in the mail filters of many public projects; Google has no page that says so (looked up 2026-11)',
  },
  {
    name: 'google-drive',
    about: 'shared files and comments of Google Drive and Docs',
    from: [
      'drive-shares-noreply@google.com',
      'drive-shares-dm-noreply@google.com',
      'comments-noreply@docs.google.com',
      'forms-receipts-noreply@google.com',
    ],
    source:
      'Google Workspace Updates, November 2016 (drive-shares-noreply), and reports of drive-shares-dm-noreply; looked up 2026-11',
  },
  {
    name: 'microsoft-365',
    about: 'shared files of SharePoint and OneDrive, Teams and Planner notices',
    from: [
      'no-reply@sharepointonline.com',
      'email.teams.microsoft.com',
      'emeaemail.teams.microsoft.com',
      'gcc-email.teams.com',
      'noreply@planner.office365.com',
    ],
    source: 'Microsoft Learn, “Add the Teams SMTP domain”, and a report of messages in Europe (2026-11)',
  },
  {
    name: 'docusign',
    about: 'documents to sign by DocuSign',
    from: ['docusign.net', 'docusign.com'],
    source:
      'DocuSign support, “Why am I not getting DocuSign email notifications” (docusign.net with eumail., camail. and aumail. below it, docusign.com); looked up 2026-11',
  },
  {
    name: 'adobe-sign',
    about: 'documents to sign by Adobe Acrobat Sign',
    from: ['adobesign.com', 'echosign.com'],
    source:
      'Adobe help, “Recipients are not receiving notification emails” (adobesign@adobesign.com) and “Migrating from echosign.com to adobesign.com”; looked up 2026-11',
  },
  {
    name: 'dropbox',
    about: 'shared files and signatures of Dropbox',
    from: [
      'no-reply@dropbox.com',
      'no-reply@em.dropbox.com',
      'no-reply@em-s.dropbox.com',
      'hellosign.com',
      'dropboxmail.com',
    ],
    source:
      'Dropbox help, “What official domains does Dropbox use” of March 2024, and a university’s page on Dropbox Sign (noreply@mail.hellosign.com); looked up 2026-11',
  },
  {
    name: 'zoom',
    about: 'meetings of Zoom',
    from: ['no-reply@zoom.us', 'noreply@zoom.us'],
    source:
      'seen in the mail filters of many public projects; no page of Zoom that says so was found (looked up 2026-11)',
  },
  {
    name: 'calendly',
    about: 'appointments of Calendly',
    from: ['notifications@calendly.com', 'no-reply@calendly.com'],
    source:
      'Calendly help, “Calendly invitee notifications” (confirmations come from an address of Calendly’s own), and notifications@calendly.com in the mail filters of public projects; no-reply@calendly.com: not found (looked up 2026-11)',
  },
  {
    name: 'atlassian',
    about: 'tickets and pages of Jira, Confluence and Trello',
    from: ['atlassian.net', 'am.atlassian.com', 'trello.com'],
    source:
      'Atlassian support, “Configure outgoing mail in Jira Cloud” (jira@SITE.atlassian.net); looked up 2026-11. am.atlassian.com and trello.com: not found there',
  },
  {
    name: 'github',
    about: 'issues and reviews of GitHub',
    from: ['notifications@github.com', 'noreply@github.com'],
    source:
      'GitHub Docs, “Email notification headers” (always notifications@github.com); noreply@github.com in the mail filters of public projects; looked up 2026-11',
  },
  {
    name: 'gitlab',
    about: 'issues and merge requests of GitLab.com',
    from: ['gitlab@mg.gitlab.com', 'noreply@mg.gitlab.com'],
    source:
      'GitLab Docs, “GitLab.com settings”, mail configuration (the domain mg.gitlab.com), and gitlab@mg.gitlab.com in the mail filters of public projects; noreply@mg.gitlab.com: not found (looked up 2026-11)',
  },
  {
    name: 'linkedin',
    about: 'messages and invitations of LinkedIn',
    from: ['messages-noreply@linkedin.com', 'invitations@linkedin.com', 'hit-reply@linkedin.com'],
    source:
      'LinkedIn postmaster information (all mail is authenticated for linkedin.com); messages-noreply@linkedin.com in the mail filters of public projects, the other two: not found (looked up 2026-11)',
  },
]

/** Names of all presets, for the protection file's validation. */
export const presetNames: readonly string[] = presets.map((preset) => preset.name)
