"""files.*: uploads in three steps, downloads with the bot's token."""

from __future__ import annotations

from aiohttp import web

from tests.fakes.slack.faults import ApiError, needed
from tests.fakes.slack.records import Install, Json, Message, StoredFile
from tests.fakes.slack.slack import Slack


async def get_url(slack: Slack, install: Install, args: Json) -> Json:
    """files.getUploadURLExternal."""
    needed(args, "filename", "length")
    key = f"F{slack.number():08}"
    name = str(args["filename"])
    slack.files[key] = StoredFile(key, name, "", b"", install.team, install.bot_user)
    return {"upload_url": f"{slack.url}/upload/{key}", "file_id": key}


async def upload(slack: Slack, request: web.Request) -> web.Response:
    """The bytes of an upload."""
    file = slack.files.get(request.match_info["key"])
    if file is None:
        return web.Response(status=404)
    file.content = await request.read()
    return web.Response(text=f"OK - {len(file.content)}")


async def complete(slack: Slack, install: Install, args: Json) -> Json:
    """files.completeUploadExternal: the files appear in the channel, in one message."""
    needed(args, "files")
    channel = slack.channels.get(str(args.get("channel_id", "")))
    if channel is None or install.bot_user not in channel.members:
        raise ApiError("channel_not_found")
    if channel.archived:
        raise ApiError("is_archived")
    given = []
    for one in args["files"]:
        file = slack.files.get(one["id"])
        if file is None or file.complete:
            raise ApiError("file_not_found")
        file.name = one.get("title") or file.name
        given.append(file)
    for file in given:
        file.complete = True
        file.shared.add(channel.id)
    thread = str(args.get("thread_ts") or "")
    message = Message(
        ts=slack.ts(), channel=channel.id, user=install.bot_user, team=install.team, text="",
        thread=thread, bot_id=install.bot_id, files=[file.id for file in given],
    )  # fmt: skip
    channel.messages.append(message)
    slack.note("Partnerdesk (files)", ", ".join(file.name for file in given))
    return {"files": [{"id": file.id, "title": file.name} for file in given]}


async def info(slack: Slack, install: Install, args: Json) -> Json:
    """files.info."""
    needed(args, "file")
    file = slack.files.get(str(args["file"]))
    if file is None or not _visible(slack, install, file):
        raise ApiError("file_not_found")
    return {"file": as_json(slack, file)}


async def delete(slack: Slack, install: Install, args: Json) -> Json:
    """files.delete: it is gone from every message; one that says nothing else goes with it."""
    needed(args, "file")
    file = slack.files.get(str(args["file"]))
    if file is None:
        raise ApiError("file_not_found")
    if file.user != install.bot_user:
        raise ApiError("cant_delete_file")
    del slack.files[file.id]
    for place in slack.channels.values():
        for message in list(place.messages):
            if file.id in message.files:
                message.files.remove(file.id)
                if not message.files and not message.text and not message.blocks:
                    place.messages.remove(message)
    slack.note("Partnerdesk (file deleted)", file.name)
    return {}


async def download(slack: Slack, request: web.Request) -> web.Response:
    """A file's bytes; whoever has no right is shown a page to sign in."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    install = slack.installs.get(token)
    file = slack.files.get(request.match_info["key"])
    fault = slack.unkind.next_fault("files.download")
    if fault is not None:
        return web.Response(status=500)
    if file is None or install is None or install.revoked or "files:read" not in install.scopes:
        return web.Response(text="<html>Sign in to Slack</html>", content_type="text/html")
    headers = {"Content-Disposition": f'attachment; filename="{file.id}"'}
    kind = file.media_type or "application/octet-stream"
    return web.Response(body=file.content, content_type=kind, headers=headers)


def as_json(slack: Slack, file: StoredFile, *, hidden: bool = False) -> Json:
    """A file as messages and forms have it; `hidden` as over Slack Connect."""
    if hidden:
        return {"id": file.id, "file_access": "check_file_info"}
    address = f"{slack.url}/files/{file.id}/{file.id}"
    return {
        "id": file.id,
        "name": file.name,
        "title": file.name,
        "mimetype": file.media_type,
        "size": len(file.content),
        "mode": "hosted",
        "url_private": address,
        "url_private_download": address,
    }


def _visible(slack: Slack, install: Install, file: StoredFile) -> bool:
    return file.team == install.team or any(
        install.bot_user in slack.channels[one].members for one in file.shared
    )


METHODS = {
    "files.getUploadURLExternal": get_url,
    "files.completeUploadExternal": complete,
    "files.delete": delete,
    "files.info": info,
}
