"""Runs in the environment of livekit-plugins-tavus: creates a conversation; prints its id, or the refusal."""

import asyncio
import json
import sys

import aiohttp
from livekit.agents import APIStatusError
from livekit.plugins.tavus.api import TavusAPI


async def main() -> None:
    url, key, face, pal = sys.argv[1:]
    async with aiohttp.ClientSession() as session:
        calls = TavusAPI(key, url, session=session)
        try:
            told = {"id": await calls.create_conversation(**{"face_id": face, "pal_id": pal})}
        except APIStatusError as error:
            told = {"status": error.status_code, "body": error.body}
    print(json.dumps(told))


asyncio.run(main())
