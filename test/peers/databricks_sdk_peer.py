"""Calls of Databricks' own SDK, checked with assert; run by databricks-sdk.test.ts."""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import (
    InvalidParameterValue,
    NotFound,
    OperationFailed,
    PermissionDenied,
    ResourceAlreadyExists,
    ResourceDoesNotExist,
)
from databricks.sdk.service import compute, iam, jobs
from databricks.sdk.service.workspace import ExportFormat, ImportFormat, Language, ObjectType

NOTEBOOK = "# Databricks notebook source\nprint(1)\n"


def git_folders(client: WorkspaceClient, url: str) -> None:
    client.workspace.mkdirs("/Shared/sdk")
    made = client.repos.create(url=url, provider="azureDevOpsServices", path="/Shared/sdk/main")
    assert made.id and made.branch == "main" and len(made.head_commit_id or "") == 40
    client.repos.update(repo_id=made.id, branch="main")
    assert client.repos.get(made.id).head_commit_id == made.head_commit_id
    assert client.workspace.get_status("/Workspace/Shared/sdk/main").object_id == made.id
    assert [repo.id for repo in client.repos.list(path_prefix="/Shared/sdk")] == [made.id]
    notebooks = list(client.workspace.list("/Shared/sdk/main/notebooks"))
    assert [(each.path, each.object_type) for each in notebooks] == [
        ("/Shared/sdk/main/notebooks/train", ObjectType.NOTEBOOK)
    ]
    credential = client.git_credentials.create("azureDevOpsServices", git_username="me")
    assert [each.credential_id for each in client.git_credentials.list()] == [credential.credential_id]
    client.git_credentials.delete(credential.credential_id)
    client.repos.delete(made.id)
    expect(ResourceDoesNotExist, lambda: client.repos.get(made.id))


def files(client: WorkspaceClient, _url: str) -> None:
    client.workspace.mkdirs("/Shared/files/deep")
    content = base64.b64encode(NOTEBOOK.encode()).decode()
    path = "/Shared/files/train"
    client.workspace.import_(path, content=content, format=ImportFormat.SOURCE, language=Language.PYTHON)
    expect(
        ResourceAlreadyExists,
        lambda: client.workspace.import_(path, content=content, format=ImportFormat.SOURCE, language=Language.PYTHON),
    )
    exported = client.workspace.export(path, format=ExportFormat.SOURCE)
    assert base64.b64decode(exported.content or "").decode() == NOTEBOOK
    # upload is a multipart form, download a stream.
    client.workspace.upload("/Shared/files/data.bin", b"\x00\xff", format=ImportFormat.RAW, overwrite=True)
    with client.workspace.download("/Shared/files/data.bin") as stream:
        assert stream.read() == b"\x00\xff"
    kinds = {each.path: each.object_type for each in client.workspace.list("/Shared/files")}
    assert kinds == {
        "/Shared/files/data.bin": ObjectType.FILE,
        "/Shared/files/deep": ObjectType.DIRECTORY,
        "/Shared/files/train": ObjectType.NOTEBOOK,
    }
    client.workspace.delete("/Shared/files", recursive=True)
    expect(ResourceDoesNotExist, lambda: client.workspace.get_status("/Shared/files"))


def create_job(client: WorkspaceClient, name: str, notebook: str) -> int:
    cluster = compute.ClusterSpec(spark_version="17.3.x-cpu-ml-scala2.13", node_type_id="Standard_D4ds_v5", num_workers=0)
    made = client.jobs.create(
        name=name,
        parameters=[jobs.JobParameterDefinition(name="mode", default="full")],
        job_clusters=[jobs.JobCluster(job_cluster_key="train", new_cluster=cluster)],
        tasks=[
            jobs.Task(task_key="train", job_cluster_key="train", notebook_task=jobs.NotebookTask(notebook_path=notebook))
        ],
        queue=jobs.QueueSettings(enabled=True),
    )
    assert made.job_id
    return made.job_id


def jobs_(client: WorkspaceClient, _url: str) -> None:
    job_id = create_job(client, "sdk-train", "/Shared/nowhere")
    job = client.jobs.get(job_id)
    assert job.settings and job.settings.name == "sdk-train" and job.creator_user_name == "you@sandbox.test"
    assert job.settings.tasks and job.settings.tasks[0].job_cluster_key == "train"
    assert [each.job_id for each in client.jobs.list(name="SDK-train")] == [job_id]
    ids = {create_job(client, "sdk-many", "/Shared/nowhere") for _ in range(5)}
    assert {each.job_id for each in client.jobs.list(name="sdk-many", limit=2)} == ids
    job.settings.max_concurrent_runs = 2
    client.jobs.reset(job_id, job.settings)
    assert (client.jobs.get(job_id).settings or job.settings).max_concurrent_runs == 2
    client.jobs.update(job_id, new_settings=jobs.JobSettings(description="x"), fields_to_remove=["queue"])
    changed = client.jobs.get(job_id).settings
    assert changed and changed.description == "x" and changed.queue is None and changed.max_concurrent_runs == 2
    client.jobs.delete(job_id)
    expect(ResourceDoesNotExist, lambda: client.jobs.get(job_id))


def runs(client: WorkspaceClient, _url: str) -> None:
    client.workspace.mkdirs("/Shared/runs")
    source = NOTEBOOK + 'mode = dbutils.widgets.get("mode")\nassert mode != "bad", "no"\ndbutils.notebook.exit(mode)\n'
    content = base64.b64encode(source.encode()).decode()
    client.workspace.import_("/Shared/runs/train", content=content, format=ImportFormat.SOURCE, language=Language.PYTHON)
    job_id = create_job(client, "sdk-runs", "/Shared/runs/train")
    run = client.jobs.run_now(job_id, job_parameters={"mode": "test"}, idempotency_token="once").result()
    assert run.state and run.state.result_state == jobs.RunResultState.SUCCESS
    assert run.status and run.status.state == jobs.RunLifecycleStateV2State.TERMINATED
    assert run.status.termination_details and run.status.termination_details.code == jobs.TerminationCodeCode.SUCCESS
    assert run.tasks and run.tasks[0].run_id
    output = client.jobs.get_run_output(run.tasks[0].run_id)
    assert output.notebook_output and output.notebook_output.result == "test"
    again = client.jobs.run_now(job_id, job_parameters={"mode": "test"}, idempotency_token="once")
    assert again.response.run_id == run.run_id
    failing = client.jobs.run_now(job_id, job_parameters={"mode": "bad"})
    expect(OperationFailed, failing.result)
    failed = client.jobs.get_run(failing.response.run_id)
    task = (failed.tasks or [])[0].run_id
    assert task and client.jobs.get_run_output(task).error == "AssertionError: no"
    assert [each.run_id for each in client.jobs.list_runs(job_id=job_id)] == [failed.run_id, run.run_id]
    client.jobs.cancel_run(failing.response.run_id)


def sign_in(client: WorkspaceClient, _url: str) -> None:
    me = client.current_user.me()
    machine = WorkspaceClient(
        host=client.config.host,
        client_id=me.external_id,
        client_secret=client.config.token,
        auth_type="oauth-m2m",
    )
    assert machine.current_user.me().user_name == me.user_name


def permissions(client: WorkspaceClient, _url: str) -> None:
    job_id = create_job(client, "sdk-shared", "/Shared/nowhere")
    everyone = iam.AccessControlRequest(group_name="users", permission_level=iam.PermissionLevel.CAN_MANAGE_RUN)
    client.permissions.update("jobs", str(job_id), access_control_list=[everyone])
    granted = client.permissions.get("jobs", str(job_id)).access_control_list or []
    levels = {
        each.user_name or each.group_name: (each.all_permissions or [])[0].permission_level for each in granted
    }
    assert levels == {
        "you@sandbox.test": iam.PermissionLevel.IS_OWNER,
        "users": iam.PermissionLevel.CAN_MANAGE_RUN,
        "admins": iam.PermissionLevel.CAN_MANAGE,
    }
    client.workspace.mkdirs("/Shared/granted")
    folder = str(client.workspace.get_status("/Shared/granted").object_id)
    manage = iam.AccessControlRequest(user_name="colleague@sandbox.test", permission_level=iam.PermissionLevel.CAN_MANAGE)
    client.permissions.set("directories", folder, access_control_list=[manage])
    names = [each.user_name for each in client.permissions.get("directories", folder).access_control_list or []]
    assert names == ["colleague@sandbox.test", None]


def refusals(client: WorkspaceClient, url: str) -> None:
    expect(InvalidParameterValue, lambda: create_job(client, "relative", "notebooks/train"))
    expect(ResourceDoesNotExist, lambda: client.jobs.get(1))
    expect(NotFound, lambda: list(client.workspace.list("/Shared/none")))
    expect(PermissionDenied, lambda: client.repos.create(url=f"{url}-none", provider="azureDevOpsServices", path="/Shared/no"))
    stranger = WorkspaceClient(host=client.config.host, token="wrong")
    expect(PermissionDenied, stranger.current_user.me)
    assert client.current_user.me().user_name == "you@sandbox.test"


def expect(kind: type[Exception], call: Callable[[], object]) -> None:
    try:
        call()
    except kind:
        return
    raise AssertionError(f"{kind.__name__} was expected")


def main() -> None:
    chapter, url = sys.argv[1:]
    chapters = {
        "git_folders": git_folders,
        "files": files,
        "jobs": jobs_,
        "runs": runs,
        "sign_in": sign_in,
        "permissions": permissions,
        "refusals": refusals,
    }
    chapters[chapter](WorkspaceClient(), url)
    print(f"{chapter}: ok")


main()
