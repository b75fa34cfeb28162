from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "association.workflow"
    label = "workflow"
    verbose_name = "流程"

    def ready(self):
        from association.accounts.registry import offer_matters
        from association.documents.registry import name_kind

        from .table import all_workflows

        offer_matters(lambda: {flow.kind: flow.label for flow in all_workflows()})
        name_kind("scan", "代录的扫描件")
