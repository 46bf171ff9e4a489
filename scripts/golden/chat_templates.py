"""What jinja2, set up as transformers sets it up, makes of chat templates.

Writes test/golden/chat-templates.golden.json: invented templates that between them use the constructs of published
ones, each with several conversations, and single expressions for Python's own rules. Run:

    pip install -r scripts/golden/chat_templates.requirements.txt
    python scripts/golden/chat_templates.py
"""

import datetime
import json
import sys
from pathlib import Path

import jinja2
import transformers
from transformers.utils.chat_template_utils import _compile_jinja_template

NOW = datetime.datetime(2031, 3, 4, 5, 6, 7)

TEMPLATES = {
    "chatml": "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
    "chatml-lines": """{%- for message in messages %}
    {%- if loop.first and message.role != 'system' %}
        {{- '<|im_start|>system\\nBe brief.<|im_end|>\\n' }}
    {%- endif %}
    {{- '<|im_start|>' ~ message.role ~ '\\n' }}
    {{- message.content | trim }}
    {{- '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
""",
    "llama3-date": """{{- bos_token }}
{%- if custom_tools is defined %}
    {%- set tools = custom_tools %}
{%- endif %}
{%- if not date_string is defined %}
    {%- if strftime_now is defined %}
        {%- set date_string = strftime_now("%d %b %Y") %}
    {%- else %}
        {%- set date_string = "26 Jul 2024" %}
    {%- endif %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}
{#- The system message is taken out, so that it can go to the right place. #}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{%- if tools is not none %}
    {{- "Environment: ipython\\n" }}
{%- endif %}
{{- "Today Date: " + date_string + "\\n\\n" }}
{{- system_message }}
{{- "<|eot_id|>" }}
{%- for message in messages %}
    {%- if not (message.role == 'ipython' or 'tool_calls' in message) %}
        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' }}
    {%- elif 'tool_calls' in message %}
        {%- if not message.tool_calls|length == 1 %}
            {{- raise_exception("one tool call at a time") }}
        {%- endif %}
        {%- set tool_call = message.tool_calls[0].function %}
        {{- '{"name": "' + tool_call.name + '", "parameters": ' }}
        {{- tool_call.arguments | tojson }}
        {{- "}<|eot_id|>" }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
""",
    "gemma": """{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate') }}{% endif %}{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}""",
    "gemma-first-user": """{{ bos_token }}
{%- if messages[0]['role'] == 'system' -%}
    {%- if messages[0]['content'] is string -%}
        {%- set first_user_prefix = messages[0]['content'] + '\n\n' -%}
    {%- else -%}
        {%- set first_user_prefix = messages[0]['content'][0]['text'] + '\n\n' -%}
    {%- endif -%}
    {%- set loop_messages = messages[1:] -%}
{%- else -%}
    {%- set first_user_prefix = "" -%}
    {%- set loop_messages = messages -%}
{%- endif -%}
{%- for message in loop_messages -%}
    {%- if (message['role'] == 'assistant') -%}
        {%- set role = "model" -%}
    {%- else -%}
        {%- set role = message['role'] -%}
    {%- endif -%}
    {{ '<start_of_turn>' + role + '\n' + (first_user_prefix if loop.first else "") }}
    {%- if message['content'] is string -%}
        {{ message['content'] | trim }}
    {%- elif message['content'] is iterable -%}
        {%- for item in message['content'] -%}
            {%- if item['type'] == 'image' -%}
                {{ '<image>' }}
            {%- elif item['type'] == 'text' -%}
                {{ item['text'] | trim }}
            {%- endif -%}
        {%- endfor -%}
    {%- else -%}
        {{ raise_exception("Invalid content type") }}
    {%- endif -%}
    {{ '<end_of_turn>\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}
    {{'<start_of_turn>model\n'}}
{%- endif -%}
""",
    "zephyr-eos": """{% for message in messages %}
{% if message['role'] == 'user' %}
{{ '<|user|>\n' + message['content'] + eos_token }}
{% elif message['role'] == 'system' %}
{{ '<|system|>\n' + message['content'] + eos_token }}
{% elif message['role'] == 'assistant' %}
{{ '<|assistant|>\n'  + message['content'] + eos_token }}
{% endif %}
{% if loop.last and add_generation_prompt %}
{{ '<|assistant|>' }}
{% endif %}
{% endfor %}""",
    "mistral-first-user": """{%- if messages[0]["role"] == "system" %}
    {%- set system_message = messages[0]["content"] %}
    {%- set loop_messages = messages[1:] %}
{%- else %}
    {%- set loop_messages = messages %}
{%- endif %}
{%- set user_messages = loop_messages | selectattr("role", "equalto", "user") | list %}
{%- set ns = namespace() %}
{%- set ns.index = 0 %}
{%- for message in loop_messages %}
    {%- if not (message.role == "tool" or (message.tool_calls is defined and message.tool_calls is not none)) %}
        {%- if (message["role"] == "user") != (ns.index % 2 == 0) %}
            {{- raise_exception("roles must alternate user/assistant/...") }}
        {%- endif %}
        {%- set ns.index = ns.index + 1 %}
    {%- endif %}
{%- endfor %}
{{- bos_token }}
{%- for message in loop_messages %}
    {%- if message["role"] == "user" %}
        {%- if loop.last and system_message is defined %}
            {{- "[INST] " + system_message + "\\n\\n" + message["content"] + "[/INST]" }}
        {%- else %}
            {{- "[INST] " + message["content"] + "[/INST]" }}
        {%- endif %}
    {%- elif message["role"] == "assistant" %}
        {{- " " + message["content"]|trim + eos_token}}
    {%- endif %}
{%- endfor %}
""",
    "llama2-sys": "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}{% for message in loop_messages %}{% if loop.index0 == 0 and system_message != false %}{% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ ' '  + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}",
    "qwen-thinking": """{%- if tools %}
    {{- '<|im_start|>system\\n' }}
    {%- if messages[0].role == 'system' %}
        {{- messages[0].content + '\\n\\n' }}
    {%- endif %}
    {{- "# Tools\\n\\nYou may call one or more functions.\\n\\n<tools>" }}
    {%- for tool in tools %}
        {{- "\\n" }}
        {{- tool | tojson }}
    {%- endfor %}
    {{- "\\n</tools><|im_end|>\\n" }}
{%- else %}
    {%- if messages[0].role == 'system' %}
        {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
    {%- endif %}
{%- endif %}
{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.multi_step_tool and message.role == "user" and message.content is string and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}
        {%- set ns.multi_step_tool = false %}
        {%- set ns.last_query_index = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.content is string %}
        {%- set content = message.content %}
    {%- else %}
        {%- set content = '' %}
    {%- endif %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) %}
        {{- '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>' + '\\n' }}
    {%- elif message.role == "assistant" %}
        {%- set reasoning_content = '' %}
        {%- if message.reasoning_content is string %}
            {%- set reasoning_content = message.reasoning_content %}
        {%- else %}
            {%- if '</think>' in content %}
                {%- set reasoning_content = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
                {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
            {%- endif %}
        {%- endif %}
        {%- if loop.index0 > ns.last_query_index %}
            {{- '<|im_start|>' + message.role + '\\n<think>\\n' + reasoning_content.strip('\\n') + '\\n</think>\\n\\n' + content.lstrip('\\n') }}
        {%- else %}
            {{- '<|im_start|>' + message.role + '\\n' + content }}
        {%- endif %}
        {{- '<|im_end|>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}""",
    "opens-thought": "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% if enable_thinking | default(true) %}<think>\n{% endif %}{% endif %}",
    "phi": "{% for message in messages %}{% if message['role'] == 'system' %}{{'<|system|>\n' + message['content'] + '<|end|>\n'}}{% elif message['role'] == 'user' %}{{'<|user|>\n' + message['content'] + '<|end|>\n'}}{% elif message['role'] == 'assistant' %}{{'<|assistant|>\n' + message['content'] + '<|end|>\n'}}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% else %}{{ eos_token }}{% endif %}",
    "olmo-own-bos": "{{ '<|endoftext|>' }}{% for message in messages %}{% if message['role'] == 'system' %}{{ '<|system|>\n' + message['content'] + '\n' }}{% elif message['role'] == 'user' %}{{ '<|user|>\n' + message['content'] + '\n' }}{% elif message['role'] == 'assistant' %}{% if not loop.last %}{{ '<|assistant|>\n'  + message['content'] + eos_token + '\n' }}{% else %}{{ '<|assistant|>\n'  + message['content'] + eos_token }}{% endif %}{% endif %}{% if loop.last and add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}{% endfor %}",
    "deepseek-namespace": "{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}{% set ns = namespace(is_first=false, is_tool=false, system_prompt='', is_first_sp=true) %}{%- for message in messages %}{%- if message['role'] == 'system' %}{%- if ns.is_first_sp %}{% set ns.system_prompt = ns.system_prompt + message['content'] %}{% set ns.is_first_sp = false %}{%- else %}{% set ns.system_prompt = ns.system_prompt + '\\n\\n' + message['content'] %}{%- endif %}{%- endif %}{%- endfor %}{{ bos_token }}{{ ns.system_prompt }}{%- for message in messages %}{%- if message['role'] == 'user' %}{%- set ns.is_tool = false -%}{{'<｜User｜>' + message['content']}}{%- endif %}{%- if message['role'] == 'assistant' and message['content'] is not none %}{% set content = message['content'] %}{% if '</think>' in content %}{% set content = content.split('</think>')[-1] %}{% endif %}{{'<｜Assistant｜>' + content + '<｜end｜>'}}{%- endif %}{%- endfor -%}{% if add_generation_prompt and not ns.is_tool %}{{'<｜Assistant｜><think>\\n'}}{% endif %}",
    "granite-documents": """{%- if messages[0]['role'] == 'system' %}
{%- set system_message = messages[0]['content'] %}
{%- set loop_messages = messages[1:] %}
{%- else %}
{%- set system_message = "Knowledge Cutoff Date: April 2024.\\nToday's Date: " + strftime_now('%B %d, %Y') + ".\\nYou are Gran." %}
{%- if tools and documents %}
{%- set system_message = system_message + " You have tools and documents." %}
{%- elif documents %}
{%- set system_message = system_message + " You have documents." %}
{%- endif %}
{%- set loop_messages = messages %}
{%- endif %}
{{- '<|start_of_role|>system<|end_of_role|>' + system_message + '<|end_of_text|>\\n' }}
{%- if documents %}
{{- '<|start_of_role|>documents<|end_of_role|>' }}
{%- for document in documents %}
{{- 'Document ' + loop.index | string + '\\n' }}
{{- document['text'] }}
{%- if not loop.last %}
{{- '\\n\\n'}}
{%- endif%}
{%- endfor %}
{{- '<|end_of_text|>\\n' }}
{%- endif %}
{%- for message in loop_messages %}
{{- '<|start_of_role|>' + message['role'] + '<|end_of_role|>' + message['content'] + '<|end_of_text|>\\n' }}
{%- if loop.last and add_generation_prompt %}
{{- '<|start_of_role|>assistant' }}
{%- if controls %}
{{- ' ' + controls | tojson()}}
{%- endif %}
{{- '<|end_of_role|>' }}
{%- endif %}
{%- endfor %}""",
    "command-r": """{{ bos_token }}{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}{% elif false == true %}{% set loop_messages = messages %}{% set system_message = 'Never.' %}{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}{% if system_message != false %}{{ '<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>' + system_message + '<|END_OF_TURN_TOKEN|>' }}{% endif %}{% for message in loop_messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% set content = message['content'] %}{% if message['role'] == 'user' %}{{ '<|START_OF_TURN_TOKEN|><|USER_TOKEN|>' + content.strip() + '<|END_OF_TURN_TOKEN|>' }}{% elif message['role'] == 'assistant' %}{{ '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>'  + content.strip() + '<|END_OF_TURN_TOKEN|>' }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>' }}{% endif %}""",
    "macros": """{%- macro turn(role, content, end='<end>') -%}
<{{ role | upper }}>
{{ content }}{{ end }}
{% endmacro -%}
{%- macro boxed(title) %}[{{ title }}|{{ caller() }}]{% endmacro -%}
{%- for m in messages %}{{ turn(m.role, m['content']) }}{% endfor -%}
{%- if messages | length > 1 %}{{ turn('note', messages | map(attribute='role') | join(','), end='') }}{% endif %}
{% call boxed('last') %}{{ messages[-1].content }}{% endcall %}
{%- if add_generation_prompt %}{{ turn('assistant', '', end='') | trim }}{% endif -%}""",
    "whitespace-control": """  {% if true %}
start
  {%+ if messages %}kept{% endif +%}

{%- for m in messages -%}

   {{- m.role -}}   :  {{ m.content }}
   {# a comment #}
  {#- another -#}
{% endfor %}
{% raw %}{{ not rendered }} {% endraw %}
  {% endif %}
end  
""",
    "break-continue-else": """{% for m in messages %}{% if m.role == 'system' %}{{ 'skipped ' }}{% continue %}{% endif %}{{ m.role }}={{ m.content }};{% if loop.index == 3 %}{{ ' cut' }}{% break %}{% endif %}{% else %}nobody{% endfor %}
{% for m in messages if m.role == 'tool' %}{{ m.content }}{% else %}no tools{% endfor %}
{% for m in messages if m.role != 'system' %}{{ loop.index }}/{{ loop.length }}{{ '' if loop.last else ', ' }}{% endfor %}""",
    "loop-scope": """{% set x = 'outer' %}{% for m in messages %}{% set x = x ~ loop.index %}{{ x }} {% if loop.first %}{% set seen = 'yes' %}{% endif %}{{ seen is defined }} {% endfor %}{{ x }} {{ seen is defined }}{% for m in messages %}{{ loop.previtem.role if loop.previtem is defined else '-' }}>{{ m.role }}>{{ loop.nextitem.role if not loop.last else '-' }}|{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.cycle('a', 'b') }}{{ loop.changed(m.role) }} {% endfor %}""",
    "dict-access": """{% for m in messages %}{% for key, value in m.items() %}{{ key }}: {{ value }}
{% endfor %}{{ m.get('name', 'nobody') }} {{ m['role'] }} {{ m.role }} {{ 'name' in m }} {{ m.name is defined }} {{ m.keys() | list }}
{% endfor %}{% set roles = {'user': 'Human', 'assistant': 'Robot'} %}{% for m in messages %}{{ roles[m.role] | default('Other') }}, {{ roles.get(m.role) }};{% endfor %}""",
    "select-and-map": """{{ messages | selectattr('role', 'equalto', 'user') | map(attribute='content') | list | length }} {{ messages | rejectattr('role', 'eq', 'user') | map(attribute='role') | join('+') }} {{ messages | map(attribute='role') | unique | sort | join(' ') }} {{ messages | map(attribute='name', default='?') | list }} {{ messages | map(attribute='role') | map('upper') | list }} {{ messages | selectattr('role', 'in', ['user', 'system']) | list | length }} {{ (messages | last).role }} {{ (messages | first)['role'] }}""",
    "split-and-slice": """{% for m in messages %}{{ m.content.split('\\n')[0][:8] }}|{{ m.content.split() | length }}|{{ m.content[-3:] }}|{{ m.content[::-1][:4] }}|{{ m.content.split(' ', 1)[-1] }}
{% endfor %}{% for m in messages[:-1] %}{{ m.role[0] }}{% endfor %}{{ messages[1:2] | length }}{{ messages[-1]['content'] | length }}""",
    "tojson-arguments": """{% for m in messages %}{{ m | tojson }}
{{ m | tojson(indent=2) }}
{{ m | tojson(ensure_ascii=true, sort_keys=true, separators=(',', ':')) }}
{% endfor %}{{ {'b': [1, 2.5, true, none], 'a': {}, 'é': []} | tojson(indent=4) }} {{ tools | tojson }}""",
    "generation-block": """{%- for message in messages -%}
{%- if message['role'] == 'assistant' -%}
<|assistant|>
{% generation %}
{{ message['content'] }}{{ eos_token }}
{%- endgeneration %}

{%- else -%}
<|{{ message['role'] }}|>
{{ message['content'] }}
{% endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}<|assistant|>{% endif %}""",
    "tool-arguments-safe": """{%- macro extra(spec, handled) %}
    {%- if spec is mapping %}
        {%- for key in spec if key not in handled %}
            {%- if spec[key] is mapping or (spec[key] is sequence and spec[key] is not string) %}
                {{- '\\n<' ~ key ~ '>' ~ (spec[key] | tojson | safe) ~ '</' ~ key ~ '>' }}
            {%- else %}
                {{- '\\n<' ~ key ~ '>' ~ (spec[key] | string) ~ '</' ~ key ~ '>' }}
            {%- endif %}
        {%- endfor %}
    {%- endif %}
{%- endmacro %}
{{- extra({'type': 'object', 'of': ['<a>', {'b': none}], 'strict': true, 'd': {'é': 1.5}}, ['type']) }}
{%- for message in messages %}
    {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
""",
    "filters-without-list": """{%- if messages | selectattr('role', 'equalto', 'tool') %}<tools>{% endif %}
{%- for role in messages | map(attribute='role') | unique %}[{{ role }}]{% endfor %}
{%- for i in range(messages | length)[::-1] %}{{ i }}{{ messages[i].role }};{% endfor %}
{%- for key, value in {'a': 1}.items() %}{{ key }}={{ value }}{% endfor %}
{%- if {}.items() or {}.keys() or range(0) %}never{% endif %}
{%- for m in messages | rejectattr('role', 'equalto', 'system') %}
{{ m.content }}
{%- endfor %}
{%- if add_generation_prompt %}>{% endif %}""",
    "tool-blocks": """{%- if tools is not none and tools | length > 0 %}
Tools:
{%- for tool in tools %}
- {{ tool.function.name }}({% for name, spec in tool.function.parameters.properties | dictsort %}{{ name }}: {{ spec.type }}{% if not loop.last %}, {% endif %}{% endfor %})
{%- endfor %}
{%- else %}
No tools.
{%- endif %}
{%- for message in messages %}
{{ message.role | capitalize }}: {{ message.content | replace('\\n', ' ') | trim }}
{%- endfor %}
{% if add_generation_prompt %}Assistant:{% endif %}""",
    "dates": """{{ strftime_now('%Y-%m-%d %H:%M:%S') }} {{ strftime_now('%A, %d %B %Y') }} {{ strftime_now('%a %b %-d %y %j %I %p %%') }}{% for m in messages %} {{ m.content }}{% endfor %}""",
    "falcon": "{% for message in messages %}{% if not loop.first %}{{ '\n' }}{% endif %}{{ message['role'] | title }}: {{ message['content'] }}{% endfor %}{% if add_generation_prompt %}{{ '\n' + 'Assistant:' }}{% endif %}",
    "nested-if": "{% for m in messages %}{% if m.role == 'user' %}{% if m.content | length > 20 %}{% if 'a' in m.content %}A{% else %}B{% endif %}{% else %}C{% endif %}{% elif m.role == 'system' %}S{% else %}{% if loop.last %}L{% endif %}N{% endif %}:{{ m.content }}\n{% endfor %}",
    "filter-and-set-block": "{% set head %}Talk of {{ messages | length }}\nturns{% endset %}{{ head | indent(2) }}{% filter upper %}{{ head }} here{% endfilter %}{% set shout | trim | lower %}  LOUD {% endset %}<{{ shout }}>{% for m in messages %}{{ m.content | indent(4, first=true) }}\n{% endfor %}{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}",
    "exaone-turns": "{% for message in messages %}{% if loop.first and message['role'] != 'system' %}{{ '[|system|][|endofturn|]\n' }}{% endif %}{{ '[|' + message['role'] + '|]' + message['content'] }}{% if message['role'] == 'user' %}{{ '\n' }}{% else %}{{ '[|endofturn|]\n' }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '[|assistant|]' }}{% endif %}",
}

WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather in a town — now",
        "parameters": {"type": "object", "properties": {"town": {"type": "string"}, "days": {"type": "integer"}}},
    },
}

CONVERSATIONS = {
    "one": {"messages": [{"role": "user", "content": "Which labels fit?"}]},
    "system": {
        "messages": [
            {"role": "system", "content": "You label texts."},
            {"role": "user", "content": "A text, with <|im_end|> and {{ 7 * 7 }} in it"},
        ]
    },
    "turns": {
        "messages": [
            {"role": "user", "content": "First text about a cat"},
            {"role": "assistant", "content": '{"label": ["joy"]}'},
            {"role": "user", "content": "Second text"},
            {"role": "assistant", "content": '{"label": ["fear", "anger"]}'},
            {"role": "user", "content": "Third"},
        ]
    },
    "turns-system-arguments": {
        "messages": [
            {"role": "system", "content": "  Be exact.\n"},
            {"role": "user", "content": "\n\tspace at both ends \n\n"},
            {"role": "assistant", "content": "<think>\nhm\n</think>\n\nno"},
            {"role": "user", "content": "last"},
        ],
        "enable_thinking": False,
        "controls": {"length": "short", "originality": 0.5},
    },
    "unicode": {"messages": [{"role": "user", "content": "naïve ‘quotes’ \"and\" it's 日本 🙂👩‍👧 e\u0301 \u00a0\ufeff"}]},
    "not-generating": {
        "messages": [{"role": "user", "content": "hello"}, {"role": "assistant", "content": "hi\nthere"}],
        "add_generation_prompt": False,
    },
    "tools-documents": {
        "messages": [{"role": "user", "content": "How is the weather?"}],
        "tools": [WEATHER],
        "documents": [{"text": "It rains."}, {"text": "It pours."}],
    },
}

EXPRESSIONS = """
true
none
1 == true
'' == false
'1' == 1
none == false
[] == []
[1, 'a'] == [1.0, 'a']
(1, 2) == [1, 2]
{'a': 1} == {'a': 1.0}
1 ~ none ~ true ~ [1, 'x'] ~ {'k': (1,)}
['it\\'s', "a\\"b", 'new\\nline', 'é', '\\x01', 'z\u200bw']
7 // 2, -7 // 2, 7 % -3, -7 % 3, 7.0 // 2
2 ** 3, 2 ** -1, 7 / 2, 6 / 2
1 + 2 * 3 - 4
-2 ** 2
- 3 | abs
1.0, 1e20, 1.5e-7, 0.1 + 0.2, 100000000000000000.0
'a' * 3 ~ '-' * 2
[1] * 2 + [3]
1 < 2 < 3, 3 > 2 > 2
'a' < 'b', 'Z' < 'a', 'é' > 'z'
'x' in 'xyz', 'x' not in ['y'], 1 in [1.0], 'a' in {'a': 1}
x is defined, x is undefined, messages is defined
x, x ~ 'a', x | default('d'), '' | default('d'), '' | default('d', true), none | d('z', boolean=true)
not x, x or 'y', x and 'y', 0 or [] or 'z'
'a' if false
('a' if true else 'b') ~ ('c' if x else 'd')
'abc'[0], 'abc'[-1], 'abc'[5] is defined, 'abc'[1:], 'abc'[::-1], 'abcdef'[4:1:-2], '日本語🙂x'[3], '日本🙂x' | length
[1,2,3][::-1], [1,2,3][1:], (1,2,3)[:2], [1][:0]
'  a b  '.strip() ~ '|' ~ 'xxaxx'.strip('x') ~ '|' ~ '  a'.lstrip() ~ 'a  '.rstrip() ~ '|' ~ '\\u00a0\\ufeffa\\x1f\\x85'.strip()
'a,b,,c'.split(','), 'a b  c '.split(), 'a b c'.split(' ', 1), 'a b c'.rsplit(' ', 1), ' a  b c '.split(none, 1), ''.split(), ''.split(',')
'hello world'.title(), 'hELLO'.capitalize(), "it's".title(), "it's fine (yes) a-b" | title, 'ÀÉ'.lower(), 'straße'.upper()
'aXbXc'.replace('X', '-'), 'aXbXc'.replace('X', '-', 1), 'abc' | replace('', '.'), 'aaa' | replace('a', 'b', 2)
'abc'.startswith('a'), 'abc'.startswith(('x', 'ab')), 'abc'.endswith('bc'), 'abc'.find('c'), 'abc'.find('z'), 'a🙂b'.find('b'), 'abab'.rfind('b'), 'abab'.count('ab')
'a-b-c'.partition('-'), 'a-b-c'.rpartition('-'), 'abc'.partition('-'), 'prefix_x'.removeprefix('prefix_'), 'x.txt'.removesuffix('.txt')
'12'.isdigit(), 'ab'.isalpha(), ''.isdigit(), 'a1'.isalnum(), ' '.isspace(), 'AB'.isupper(), 'ab1'.islower()
'-'.join(['a', 'b']), ['a', 1, none] | join('/'), 'abc' | join('.'), [1, 2] | join
'a\\nb\\r\\nc'.splitlines(), 'a\\n\\nb\\n'.splitlines()
[3, 1, 2] | sort, ['b', 'A', 'c'] | sort, ['b', 'A'] | sort(case_sensitive=true), [1, 2] | sort(reverse=true), [{'k': 2}, {'k': 1}] | sort(attribute='k')
[1, 2, 1] | unique | list, ['a', 'A'] | unique | list, 'abc' | reverse, [1, 2] | reverse | list, 'abc' | list
{'b': 1, 'a': 2} | dictsort, {'b': 1, 'a': 2} | dictsort(by='value'), {'B': 1, 'a': 2} | dictsort(true), {'a': 1}.items() | list, {'a': 1} | items | list
'3.7' | int, 'x' | int, 'x' | int(5), '4' | float, 3.9 | int, -3.9 | int, true | int, none | int, 3 | float, 'y' | float(2)
[1, 2, 3] | sum, [{'a': 1}, {'a': 2.5}] | sum(attribute='a'), [3, 1] | min, [3, 1] | max, ['b', 'A'] | min
[1, 2, 3, 4] | select('odd') | list, [1, 2, 3] | reject('even') | list, [0, 1, ''] | select | list, ['a', 'B'] | map('lower') | list, [1, 2] | select('gt', 1) | list
'a\\nb\\n\\nc' | indent, 'a\\nb' | indent(2, true), 'a\\n\\nb' | indent(2, blank=true), 'a\\nb' | indent('> ')
1 is odd, 2 is even, 9 is divisibleby(3), 9 is divisibleby 3, 'a' is string, 1 is number, 1.5 is float, 1 is integer, true is integer, true is number, {} is mapping, [] is iterable, 'a' is iterable, {} is iterable, [] is sequence, {} is sequence, range is callable, none is none, 'a' is lower, 'A' is upper, true is boolean, 1 is true, true is true, 1 is eq 1, 2 is gt 1, 'a' is in ['a'], x is none, 3 is not none
range(3) | list, range(1, 4) | list, range(5, 0, -2) | list, range(0) | length
'<a & "b">', '%' | upper, "a" 'b' "c"
'{' ~ '}' ~ '{{' ~ '%}'
{'a': {'b': {'c': 1}}}.a.b.c, {'a': [1, {'b': 2}]}['a'][1].b, {'items': 1}['items'], {1: 'one'}[1], {'x y': 1}['x y']
{'a': 1, 'a': 2}, {1: 2, true: 3, 'k': none}
namespace(a=1).a, dict(a=1, b='x')
[1, 2, 3,], (1,), (), {'a': 1,}
0x1F, 0b11, 0o17, 1_000
'\\u00e9\\x41\\t|\\101|\\q'
[x, 1] | select('defined') | list | length, [[1, 2], [3]] | map('length') | list, [[1, 2], [3]] | map('first') | list
'' is defined and '' is not none and not ''
not true == false
1 if x is not defined else 2
messages[0].role ~ messages[0]['content'] | length
(messages | first).content | trim | upper
x.y
x.y.z
none.a
messages.foo is defined
5 + 'a'
'a' + 1
none + 'a'
[1] + 'a'
x + 'a'
{}['a'] + 'b'
undefined_function()
'a' | nosuchfilter
1 is nosuchtest
raise_exception('no ' ~ 1)
1 / 0
'a' < 1
range(1000000)
[] | first, [] | last, '' | first
'<b>' | safe
{'k': none}.k is none, {'k': none}['k'] is none, {'k': none}.get('k', 1), none | default('d'), [none] | first is none
('<b>' | safe) ~ '&' ~ ('c' | safe)
messages | selectattr('nope') | list | length, (messages | select) is defined
messages | select | length
messages | map('upper') | last
{'a': 1}.items()[0] is defined, {'a': 1}.keys() | length, {'a': 1}.values() | list, {} .keys() or 'empty'
range(5)[2], range(9)[2:5] | list, range(3) | last, 2 in range(3), range(2) is sequence, {'a': 1}.keys() is sequence, {'a': 1}.keys() is iterable
{'a': 1}.keys() | tojson
range(3) | tojson
[[1]] | unique | list
x | int
' a  b c '.split(), 'a b  c '.split(none, 1), '  '.split(), ' a '.split(none, 0)
cycler is defined, joiner is defined, lipsum is defined
{'k': none}.k is defined, 'x' | int(none), [{'a': none}] | map(attribute='a', default=3) | list
""".strip("\n").split("\n")

STATEMENTS = [
    "{% for i in [1, 2, 3] %}{% if i == 2 %}{% continue %}{% endif %}{{ i }}{% endfor %}",
    "{% for i in [] %}{{ i }}{% else %}{% set a = 1 %}e{% endfor %}{{ a is defined }}",
    "{% for i in [1, 2] %}{% for j in 'ab' %}{{ loop.index }}{{ i }}{{ j }}{% if j == 'a' %}{% break %}{% endif %}{% endfor %}{{ loop.index }}{% endfor %}",
    "{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}",
    "{% set a, b = 1, 'x' %}{{ a }}{{ b }}",
    "{% macro m(a, b=a ~ '!') %}{{ a }}{{ b }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1) }}{{ m(1, 2, 3, k=4) }}",
    "{% macro m() %}{{ i is defined }}{% endmacro %}{% for i in [1] %}{{ m() }}{% endfor %}",
    "{% set y = 1 %}{% macro m() %}{{ y }}{% endmacro %}{% set y = 2 %}{{ m() }}",
    "{% macro m(x) %}<{{ caller(x) }}>{% endmacro %}{% call(v) m(3) %}{{ v * 2 }}{% endcall %}",
    "{% set ns = namespace(n=0) %}{% for i in range(4) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}",
    "{% if 0 %}a{% elif '' %}b{% elif none %}c{% else %}d{% endif %}",
    "a\n{% if true %}\nb\n{% endif %}\n\nc\n\n",
    "a \n {%- if true -%} \n b \n {%- endif -%} \n c",
    "a\r\nb\rc\r\n",
    "{{ 'x' }}\n{{ 'y' }}\n",
    "{# c #}\n  {# d #}\nx {# e #} y\n",
    "{%- set a = 1 -%}\n\n{{- a -}}\n\nb",
    "  {% set a = 1 %}  b\n  {% set c = 2 %}\n  {{ c }}",
    "{% raw %}\n{{ a }}{% raw %}{% endraw %}\nb",
    "{%- raw -%}  {{ a }}  {%- endraw -%}  b",
    "{{ '}}' }}{{ {'a': {'b': 1}}['a']['b'] }}{{ '%}' }}",
    "{% generation %}{% set q = 1 %}g{% endgeneration %}{{ q is defined }}",
    "{% set a %}x{% set b = 1 %}{% endset %}{{ a }}{{ b is defined }}",
    "{% if true %}{% set s = 1 %}{% endif %}{{ s }}",
    "{% with %}{% set w = 1 %}{{ w }}{% endwith %}{{ w is defined }}",
    "{% for m in messages %}{{ m.content }}{% if not loop.last %}, {% endif %}{% endfor %}",
    "{% for c in 'a🙂' %}[{{ c }}]{% endfor %}",
    "{% for k in {'a': 1, 'b': 2} %}{{ k }}{% endfor %}{% for k, v in {'a': 1}.items() %}{{ k }}{{ v }}{% endfor %}",
    "{% for x in none %}{% endfor %}",
    "{% for x in 5 %}{% endfor %}",
    "{% set none = 1 %}",
    "{% if %}",
    "{% for x in [1] %}",
    "{{ 'open",
    "{{ a b }}",
    "{% endif %}",
    "{% set messages[0].role = 'x' %}",
    "{% set m.x = 1 %}",
    "{% do messages.append(1) %}",
    "{{ messages.append(1) }}",
    "{{ a. }}",
    "{{ [1, 2 }}",
    "x {#- open",
    "{{ 1 if }}",
    "{% break %}",
    "{{ 'a' ~ 1 + 2 }}|{{ 1 + 2 ~ 'a' }}",
    "{{ not 1 == 2 }}{{ 1 == 1 and not 0 }}",
    "{{ 'a' | upper ~ 'b' }}{{ -1 | abs }}{{ (1, 2) | join }}",
    "{{ loop is defined }}{% for a in [1] %}{{ loop is defined }}{{ loop.depth }}{% endfor %}",
    "{{ messages[0]['content'][:3] + '…' }}{{ messages | length }}",
    "{% set x = {} %}{% set _ = x.update({'a': 1}) %}{{ x }}",
]


def render(source, values):
    try:
        template = _compile_jinja_template(source)
        template.globals["strftime_now"] = NOW.strftime
        return {"text": template.render(**values)}
    except Exception as error:  # noqa: BLE001 - whatever it is, the template is refused
        return {"error": type(error).__name__}


def values_of(conversation):
    return {"tools": None, "documents": None, "add_generation_prompt": True, "bos_token": "<s>", "eos_token": "</s>", **conversation}


cases = [
    {"template": name, "conversation": key, **render(source, values_of(conversation))}
    for name, source in TEMPLATES.items()
    for key, conversation in CONVERSATIONS.items()
]
statements = ["{{ " + expression + " }}" for expression in EXPRESSIONS] + STATEMENTS
short = [{"source": source, **render(source, values_of(CONVERSATIONS["turns"]))} for source in statements]
versions = {
    "python": sys.version.split()[0],
    "jinja2": jinja2.__version__,
    "transformers": transformers.__version__,
}
golden = {
    "versions": versions,
    "now": NOW.isoformat(),
    "templates": TEMPLATES,
    "conversations": {key: values_of(conversation) for key, conversation in CONVERSATIONS.items()},
    "cases": cases,
    "short": short,
}
path = Path(__file__).resolve().parents[2] / "test/golden/chat-templates.golden.json"
path.write_text(json.dumps(golden, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
print(len(TEMPLATES), "templates,", len(cases), "cases,", len(short), "expressions and statements;", sum("error" in c for c in cases), "+", sum("error" in c for c in short), "refused")
