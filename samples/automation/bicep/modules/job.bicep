// One scheduled job. It is never retried: reportgen retries calls itself, and a second try of a run whose evidence is
// incomplete would only be incomplete again. Start it by hand when the reason is mended.

param location string
param name string
param cron string
param timeoutSeconds int
param memory string
param args array
param image string
param registryServer string
param environmentId string
param identityId string

@secure()
param engagement string
param engagementPath string
param out string

var folder = substring(engagementPath, 0, lastIndexOf(engagementPath, '/'))
var file = last(split(engagementPath, '/'))

resource job 'Microsoft.App/jobs@2024-03-01' = {
  name: name
  location: location
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    environmentId: environmentId
    workloadProfileName: 'Consumption'
    configuration: {
      triggerType: 'Schedule'
      scheduleTriggerConfig: {
        cronExpression: cron
        parallelism: 1
        replicaCompletionCount: 1
      }
      replicaTimeout: timeoutSeconds
      replicaRetryLimit: 0
      registries: empty(registryServer) ? [] : [{ server: registryServer, identity: identityId }]
      secrets: [
        { name: 'engagement', value: engagement }
      ]
    }
    template: {
      containers: [
        {
          name: 'reportgen'
          image: image
          args: args
          resources: {
            cpu: memory == '4Gi' ? json('2.0') : (memory == '2Gi' ? json('1.0') : json('0.5'))
            memory: memory
          }
          volumeMounts: [
            { volumeName: 'engagement', mountPath: folder }
            { volumeName: 'evidence', mountPath: out }
          ]
        }
      ]
      volumes: [
        {
          name: 'engagement'
          storageType: 'Secret'
          secrets: [
            { secretRef: 'engagement', path: file }
          ]
        }
        {
          name: 'evidence'
          storageType: 'EmptyDir'
        }
      ]
    }
  }
}
