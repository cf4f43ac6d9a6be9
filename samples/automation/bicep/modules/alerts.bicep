// Three rules over the jobs' log lines. Azure's rules look back two days at most, so that none can wait a week for a
// line: the daily job asks `reportgen status` whether something is late, and a rule watches that job.

param location string
param prefix string
param workspaceId string
param email string

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${prefix}-people'
  location: 'global'
  properties: {
    groupShortName: 'evidence'
    enabled: true
    emailReceivers: [
      { name: 'people', emailAddress: email, useCommonAlertSchema: true }
    ]
  }
}

var rules = [
  {
    name: 'late'
    text: '`reportgen status` ended with 3: the last good snapshot is too old, or the register is broken.'
    query: loadTextContent('../queries/late.kql')
    window: 'P1D'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'silent'
    text: 'For two days no job has said that nothing is late. Either something is, or the daily job does not run.'
    query: loadTextContent('../queries/silent.kql')
    window: 'P2D'
    operator: 'LessThan'
    threshold: 1
  }
  {
    name: 'failed'
    text: 'A run ended with another exit code than 0, or with an error.'
    query: loadTextContent('../queries/failed.kql')
    window: 'P1D'
    operator: 'GreaterThan'
    threshold: 0
  }
]

resource rule 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for one in rules: {
    name: '${prefix}-${one.name}'
    location: location
    kind: 'LogAlert'
    properties: {
      displayName: '${prefix}: ${one.name}'
      description: one.text
      severity: 1
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: 'PT1H'
      windowSize: one.window
      autoMitigate: false
      muteActionsDuration: 'P1D'
      skipQueryValidation: true // the table is there only once a job has logged
      criteria: {
        allOf: [
          {
            query: replace(one.query, 'PREFIX', prefix)
            timeAggregation: 'Count'
            operator: one.operator
            threshold: one.threshold
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: { actionGroups: [people.id] }
    }
  }
]
