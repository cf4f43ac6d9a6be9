<#
.SYNOPSIS
    Starts a Container Apps job of reportgen, waits for its end, and fails when the job did.
.DESCRIPTION
    For a PowerShell 7.2 or 7.4 runbook in Azure Automation. It signs in as the automation account's managed
    identity, which needs Microsoft.App/jobs/read, /start/action and /executions/read on the job. A schedule of the
    automation account starts it; link an alert to failed runbook jobs.

    A sandbox of Azure Automation ends after three hours and may be started again from the top. So an execution that
    is under way is waited for and none is started beside it.
.PARAMETER JobId
    Resource id of the job: /subscriptions/.../resourceGroups/.../providers/Microsoft.App/jobs/...
.PARAMETER ClientId
    Client id of a user-assigned identity; without it the system-assigned one signs in.
.PARAMETER TimeoutMinutes
    How long to wait. The job itself ends by its replicaTimeout.
#>
param(
    [Parameter(Mandatory = $true)]
    [ValidatePattern('^/subscriptions/[0-9a-fA-F-]{36}/resourceGroups/[^/]+/providers/Microsoft\.App/jobs/[^/]+$')]
    [string] $JobId,

    [string] $ClientId = '',

    [ValidateRange(1, 170)]
    [int] $TimeoutMinutes = 170,

    [ValidateRange(5, 600)]
    [int] $PollSeconds = 30
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest

$apiVersion = '2024-03-01'
$underWay = @('Running', 'Processing', 'Unknown')

function Invoke-Arm {
    param([string] $Method, [string] $Path)
    $answer = Invoke-AzRestMethod -Method $Method -Path $Path
    if ($answer.StatusCode -lt 200 -or $answer.StatusCode -gt 299) {
        throw "$Method $Path answered $($answer.StatusCode): $($answer.Content)"
    }
    if ([string]::IsNullOrWhiteSpace($answer.Content)) {
        return $null
    }
    return $answer.Content | ConvertFrom-Json
}

function Get-UnderWay {
    $found = Invoke-Arm -Method 'GET' -Path "$JobId/executions?api-version=$apiVersion"
    return @($found.value | Where-Object { $underWay -contains $_.properties.status })
}

Disable-AzContextAutosave -Scope Process | Out-Null
if ($ClientId) {
    Connect-AzAccount -Identity -AccountId $ClientId | Out-Null
}
else {
    Connect-AzAccount -Identity | Out-Null
}

$running = @(Get-UnderWay)
if ($running.Count -gt 0) {
    $execution = $running[0].name
    Write-Output "Execution $execution is under way; none is started beside it."
}
else {
    $started = Invoke-Arm -Method 'POST' -Path "$JobId/start?api-version=$apiVersion"
    $execution = $started.name
    Write-Output "Execution $execution was started."
}

$deadline = (Get-Date).AddMinutes($TimeoutMinutes)
do {
    Start-Sleep -Seconds $PollSeconds
    $state = (Invoke-Arm -Method 'GET' -Path "$JobId/executions/$($execution)?api-version=$apiVersion").properties.status
    Write-Output "$((Get-Date).ToUniversalTime().ToString('u')) $($execution): $state"
} while (($underWay -contains $state) -and ((Get-Date) -lt $deadline))

if ($state -ne 'Succeeded') {
    throw "Execution $execution of $JobId ended as $state. Its log says why: see docs/troubleshooting.md for the exit code."
}
