/** Well-known services that write in people's names. */

/**
 * Well-known services that write in people's names: invitations, shared documents, signatures, tickets. A preset is off
 * until the protection file names it. A message that one of its senders really sent (authenticated, as for every entry
 * here) is still detected, but as `likely`: anyone can make such a service carry any name, so it is never clean.
 */
export interface Preset {
  readonly name: string
  /** What the service does, for the documentation. */
  readonly about: string
  /** Addresses, or domains with all below them. */
  readonly from: readonly string[]
}

export const presets: readonly Preset[] = [
  {
    name: 'google-calendar',
    about: 'invitations and changes of Google Calendar',
    from: ['calendar-notification@google.com', 'calendar-noreply@google.com'],
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
  },
  {
    name: 'google-groups',
    about: 'posts of Google Groups, which carry the author as “Name via Group”',
    from: ['googlegroups.com'],
  },
  {
    name: 'microsoft-365',
    about: 'shared files of SharePoint and OneDrive, Teams and Planner notices',
    from: ['no-reply@sharepointonline.com', 'email.teams.microsoft.com', 'noreply@planner.office365.com'],
  },
  {
    name: 'docusign',
    about: 'documents to sign by DocuSign',
    from: ['docusign.net', 'docusign.com'],
  },
  {
    name: 'adobe-sign',
    about: 'documents to sign by Adobe Acrobat Sign',
    from: ['adobesign.com', 'echosign.com'],
  },
  {
    name: 'dropbox',
    about: 'shared files and signatures of Dropbox',
    from: ['no-reply@dropbox.com', 'hellosign.com', 'mail.hellosign.com', 'dropboxmail.com'],
  },
  {
    name: 'zoom',
    about: 'meetings of Zoom',
    from: ['no-reply@zoom.us', 'noreply@zoom.us'],
  },
  {
    name: 'calendly',
    about: 'appointments of Calendly',
    from: ['notifications@calendly.com', 'no-reply@calendly.com'],
  },
  {
    name: 'atlassian',
    about: 'tickets and pages of Jira, Confluence and Trello',
    from: ['atlassian.net', 'am.atlassian.com', 'trello.com'],
  },
  {
    name: 'github',
    about: 'issues and reviews of GitHub',
    from: ['notifications@github.com', 'noreply@github.com'],
  },
  {
    name: 'gitlab',
    about: 'issues and merge requests of GitLab.com',
    from: ['gitlab@mg.gitlab.com', 'noreply@mg.gitlab.com'],
  },
  {
    name: 'linkedin',
    about: 'messages and invitations of LinkedIn',
    from: ['messages-noreply@linkedin.com', 'invitations@linkedin.com', 'hit-reply@linkedin.com'],
  },
  {
    name: 'zendesk',
    about: 'support tickets of companies that use Zendesk',
    from: ['zendesk.com'],
  },
  {
    name: 'asana',
    about: 'tasks of Asana',
    from: ['mail.asana.com', 'no-reply@asana.com'],
  },
]

/** Names of all presets, for the protection file's validation. */
export const presetNames: readonly string[] = presets.map((preset) => preset.name)
