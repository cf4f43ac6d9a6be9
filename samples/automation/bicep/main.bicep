// reportgen as scheduled Container Apps jobs: collect each week, look each day whether that happened, report each
// quarter. The evidence goes into a container of Blob Storage that nobody can change, reached by a private endpoint.
//
//   az deployment group create --resource-group evidence --parameters main.bicepparam

targetScope = 'resourceGroup'

@description('Region of everything here.')
param location string = resourceGroup().location

@description('Begins the names of everything here.')
@minLength(3)
@maxLength(12)
param prefix string = 'evidence'

@description('The image that container/Dockerfile makes, with its tag or digest: contoso.azurecr.io/reportgen:0.1.0')
param image string

@description('Name of the registry in this resource group that the image is pulled from. Empty: anybody may pull.')
param registryName string = ''

@description('Text of the engagement; its client_id and store are replaced by what is made here.')
param engagement string

@description('Name of the storage account for the evidence.')
@minLength(3)
@maxLength(24)
param storageAccountName string

@description('Days for which a blob can be neither changed nor removed. The policy is left unlocked: lock it when you are sure.')
@minValue(1)
@maxValue(146000)
param immutabilityDays int = 2557

@description('Subscriptions that are looked at. The roles are made and assigned in each.')
param subscriptionIds array

@description('When to collect, in UTC: Mondays at 03:00.')
param collectCron string = '0 3 * * 1'

@description('When to look whether anything is late, in UTC: each day at 07:00.')
param statusCron string = '0 7 * * *'

@description('When to report, in UTC: on the second day after a quarter at 05:00.')
param reportCron string = '0 5 2 1,4,7,10 *'

@description('How old the last good snapshot may be.')
param maxAge string = '8d'

@description('Who is told when something is late or fails.')
param alertEmail string

@description('Address space of the network; /23 for the jobs and /27 for the private endpoint are taken of it.')
param addressPrefix string = '10.60.0.0/22'

var contributorToBlobs = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe' // Storage Blob Data Contributor
var pull = '7f951dda-4ed3-4680-a7ca-43fe172d538d' // AcrPull
var container = 'evidence'
var out = '/evidence'
var engagementPath = '/etc/reportgen/engagement.yaml'

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: '${prefix}-collector'
  location: location
}

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: '${prefix}-logs'
  location: location
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: 365
  }
}

module network 'modules/network.bicep' = {
  name: 'network'
  params: {
    location: location
    prefix: prefix
    addressPrefix: addressPrefix
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  params: {
    location: location
    name: storageAccountName
    container: container
    immutabilityDays: immutabilityDays
    subnetId: network.outputs.endpointSubnetId
    dnsZoneId: network.outputs.blobZoneId
    writerId: identity.properties.principalId
    writerRole: contributorToBlobs
  }
}

module roles 'modules/roles.bicep' = [
  for subscriptionId in subscriptionIds: {
    name: 'reportgen-roles-${subscriptionId}'
    scope: subscription(subscriptionId)
    params: {
      principalId: identity.properties.principalId
    }
  }
]

resource registry 'Microsoft.ContainerRegistry/registries@2023-07-01' existing = if (!empty(registryName)) {
  name: registryName
}

resource pulls 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(registryName)) {
  name: guid(resourceGroup().id, registryName, identity.id, pull)
  scope: registry
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', pull)
  }
}

resource environment 'Microsoft.App/managedEnvironments@2024-03-01' = {
  name: '${prefix}-jobs'
  location: location
  properties: {
    vnetConfiguration: {
      infrastructureSubnetId: network.outputs.jobSubnetId
      internal: true
    }
    workloadProfiles: [
      { name: 'Consumption', workloadProfileType: 'Consumption' }
    ]
    appLogsConfiguration: {
      destination: 'log-analytics'
      logAnalyticsConfiguration: {
        customerId: workspace.properties.customerId
        sharedKey: workspace.listKeys().primarySharedKey
      }
    }
  }
}

var named = replace(engagement, '66666666-7777-8888-9999-000000000000', identity.properties.clientId)
var written = replace(named, 'abfs://evidence@contosoevidence/', 'abfs://${container}@${storageAccountName}/')

var jobs = [
  {
    name: '${prefix}-collect'
    cron: collectCron
    timeout: 43200
    memory: '2Gi'
    args: ['collect', engagementPath, '--out', out, '--log-format', 'json']
  }
  {
    name: '${prefix}-status'
    cron: statusCron
    timeout: 600
    memory: '1Gi'
    args: ['status', engagementPath, '--out', out, '--max-age', maxAge]
  }
  {
    name: '${prefix}-report'
    cron: reportCron
    timeout: 14400
    memory: '4Gi'
    args: ['report', engagementPath, '--out', out, '--fail-on', 'incomplete']
  }
]

module job 'modules/job.bicep' = [
  for one in jobs: {
    name: one.name
    params: {
      location: location
      name: one.name
      cron: one.cron
      timeoutSeconds: one.timeout
      memory: one.memory
      args: one.args
      image: image
      registryServer: empty(registryName) ? '' : registry.properties.loginServer
      environmentId: environment.id
      identityId: identity.id
      engagement: written
      engagementPath: engagementPath
      out: out
    }
    dependsOn: [storage, pulls]
  }
]

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  params: {
    location: location
    prefix: prefix
    workspaceId: workspace.id
    email: alertEmail
  }
}

output identityClientId string = identity.properties.clientId
output identityPrincipalId string = identity.properties.principalId
output store string = 'abfs://${container}@${storageAccountName}'
