"""What is laid down for clusters, and what Azure itself finds of them."""

from __future__ import annotations

from reportgen.sources.source import Join, Source

GOVERNANCE: tuple[Source, ...] = (
    Source(
        "arg.policy-assignments",
        "Policy assignments, those inherited from management groups included, Azure Resource Graph",
        ("Microsoft.Authorization/policyAssignments/read",),
        "tenant",
        "policy_assignments",
        Join.SCOPE,
    ),
    Source(
        "arg.policy-exemptions",
        "Policy exemptions, those of management groups included, Azure Resource Graph",
        ("Microsoft.Authorization/policyExemptions/read",),
        "tenant",
        "policy_exemptions",
        Join.SCOPE,
    ),
    Source(
        "arg.policy-states",
        "Azure Policy on clusters, Azure Resource Graph",
        ("Microsoft.PolicyInsights/policyStates/queryResults/read",),
        "tenant",
        "policy_states",
        Join.ABOUT,
    ),
    Source(
        "arg.component-policy-states",
        "Azure Policy inside clusters, Azure Resource Graph",
        ("Microsoft.PolicyInsights/componentPolicyStates/queryResults/read",),
        "tenant",
        "component_policy_states",
        Join.ABOUT,
    ),
    Source(
        "arm.deployment-safeguards",
        "Deployment safeguards of a cluster, Azure Resource Manager",
        ("Microsoft.ContainerService/deploymentSafeguards/read",),
        "cluster",
        "deployment_safeguards",
    ),
    Source(
        "arg.defender-plans",
        "Defender for Cloud plans, Azure Resource Graph",
        ("Microsoft.Security/pricings/read",),
        "tenant",
        "defender_plans",
        Join.SUBSCRIPTION,
    ),
    Source(
        "arg.defender-assessments",
        "Defender for Cloud assessments of clusters, Azure Resource Graph",
        ("Microsoft.Security/assessments/read",),
        "tenant",
        "defender_assessments",
        Join.ABOUT,
    ),
    Source(
        "arg.image-findings",
        "Findings in container images by Defender for Cloud, Azure Resource Graph",
        ("Microsoft.Security/assessments/subAssessments/read",),
        "tenant",
        "image_findings",
    ),
    Source(
        "arg.regulatory-compliance",
        "Regulatory standards in Defender for Cloud, Azure Resource Graph",
        (
            "Microsoft.Security/regulatoryComplianceStandards/read",
            "Microsoft.Security/regulatoryComplianceStandards/regulatoryComplianceControls/read",
        ),
        "tenant",
        "regulatory_compliance",
        Join.SUBSCRIPTION,
    ),
    Source(
        "arg.advisor-recommendations",
        "Azure Advisor on clusters, Azure Resource Graph",
        ("Microsoft.Advisor/recommendations/read",),
        "tenant",
        "advisor_recommendations",
        Join.ABOUT,
    ),
    Source(
        "arg.fleet-members",
        "Members of fleets, Azure Resource Graph",
        ("Microsoft.ContainerService/fleets/members/read",),
        "tenant",
        "fleet_members",
        Join.ABOUT,
    ),
    Source(
        "arg.kubernetes-extensions",
        "Extensions that Azure runs in clusters, Azure Resource Graph",
        ("Microsoft.KubernetesConfiguration/extensions/read",),
        "tenant",
        "kubernetes_extensions",
        Join.ABOUT,
    ),
    Source(
        "arg.flux-configurations",
        "Flux configurations of clusters, Azure Resource Graph",
        ("Microsoft.KubernetesConfiguration/fluxConfigurations/read",),
        "tenant",
        "flux_configurations",
        Join.ABOUT,
    ),
)
