// What the collector may read in one subscription: the two roles that `reportgen permissions` prints.

targetScope = 'subscription'

param principalId string

var arm = loadJsonContent('../../roles/arm-role.json')
var data = loadJsonContent('../../roles/data-role.json')

resource armRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, arm.Name)
  properties: {
    roleName: '${arm.Name} (${subscription().subscriptionId})'
    description: arm.Description
    type: 'CustomRole'
    permissions: [
      {
        actions: arm.Actions
        notActions: arm.NotActions
        dataActions: arm.DataActions
        notDataActions: arm.NotDataActions
      }
    ]
    assignableScopes: [subscription().id]
  }
}

resource dataRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, data.Name)
  properties: {
    roleName: '${data.Name} (${subscription().subscriptionId})'
    description: data.Description
    type: 'CustomRole'
    permissions: [
      {
        actions: data.Actions
        notActions: data.NotActions
        dataActions: data.DataActions
        notDataActions: data.NotDataActions
      }
    ]
    assignableScopes: [subscription().id]
  }
}

resource readsAzure 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, principalId, arm.Name)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: armRole.id
  }
}

resource readsClusters 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, principalId, data.Name)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: dataRole.id
  }
}
