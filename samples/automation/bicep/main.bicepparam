using 'main.bicep'

param image = 'contosoaudit.azurecr.io/reportgen:0.1.0'
param registryName = 'contosoaudit'
param engagement = loadTextContent('../engagement.yaml')
param storageAccountName = 'contosoevidence'
param subscriptionIds = ['11111111-2222-3333-4444-555555555555']
param alertEmail = 'platform-oncall@contoso.com'
