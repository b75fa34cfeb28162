from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "association.workflow"
    label = "workflow"
    verbose_name = "流程"
