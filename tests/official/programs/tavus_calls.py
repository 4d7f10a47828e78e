"""Runs in the environment of tavus-cli: plays calls, [[name, arguments...], ...], and prints what each returned."""

import asyncio
import json
import sys

from tavus_mcp.sdk.client.http import TavusClient
from tavus_mcp.sdk.errors import TavusApiError


async def main() -> None:
    told = []
    async with TavusClient.from_env() as client:
        for name, *given in json.loads(sys.argv[1]):
            # "" stands for the id of the conversation that was created last.
            made = [answer["conversation_id"] for answer in told if answer and "conversation_url" in answer][-1:]
            options = given.pop() if given and name != "create" and isinstance(given[-1], dict) else {}
            arguments = [made[0] if argument == "" else argument for argument in given]
            try:
                told.append(await getattr(client.conversations, name)(*arguments, **options))
            except TavusApiError as error:
                told.append({"status": error.status_code, "body": error.body})
    print(json.dumps(told))


asyncio.run(main())
