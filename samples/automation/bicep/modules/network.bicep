// A network of its own: the jobs in one subnet, the private endpoint of the store in another. Peer it with the hub
// that the private API servers are reached through.

param location string
param prefix string
param addressPrefix string

resource rules 'Microsoft.Network/networkSecurityGroups@2023-11-01' = {
  name: '${prefix}-jobs'
  location: location
  properties: {
    securityRules: [
      {
        name: 'no-way-in-from-the-internet'
        properties: {
          access: 'Deny'
          direction: 'Inbound'
          priority: 4000
          protocol: '*'
          sourceAddressPrefix: 'Internet'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource network 'Microsoft.Network/virtualNetworks@2023-11-01' = {
  name: '${prefix}-network'
  location: location
  properties: {
    addressSpace: { addressPrefixes: [addressPrefix] }
    subnets: [
      {
        name: 'jobs'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 23, 0)
          networkSecurityGroup: { id: rules.id }
          delegations: [
            {
              name: 'jobs'
              properties: { serviceName: 'Microsoft.App/environments' }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 27, 16)
          privateEndpointNetworkPolicies: 'Enabled'
        }
      }
    ]
  }
}

resource zone 'Microsoft.Network/privateDnsZones@2020-06-01' = {
  name: 'privatelink.blob.${environment().suffixes.storage}'
  location: 'global'
}

resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2020-06-01' = {
  parent: zone
  name: '${prefix}-network'
  location: 'global'
  properties: {
    registrationEnabled: false
    virtualNetwork: { id: network.id }
  }
}

output jobSubnetId string = '${network.id}/subnets/jobs'
output endpointSubnetId string = '${network.id}/subnets/endpoints'
output blobZoneId string = zone.id
