package io.llamaorch.adapter.tck.it.llama;

/** Chat templates, in the language of the engine. */
final class Templates {

    /**
     * One for a model that thinks between {@code <think>} marks and calls tools between {@code <tool_call>} marks: the
     * engine finds both out by what the template makes of such messages.
     */
    static final String THINKS_AND_CALLS = """
            {%- if tools %}
            {{- '<|im_start|>system\\n# Tools\\n<tools>' }}
            {%- for tool in tools %}{{- '\\n' }}{{- tool | tojson }}{%- endfor %}
            {{- '\\n</tools>\\nFor each call:\\n<tool_call>\\n{"name": NAME, "arguments": OBJECT}\\n</tool_call><|im_end|>\\n' }}
            {%- endif %}
            {%- for message in messages %}
            {%- if message.role == 'assistant' %}
            {{- '<|im_start|>assistant\\n' }}
            {%- if message.reasoning_content %}
            {{- '<think>\\n' + message.reasoning_content + '\\n</think>\\n\\n' }}
            {%- endif %}
            {%- if message.content %}{{- message.content }}{%- endif %}
            {%- if message.tool_calls %}
            {%- for tool_call in message.tool_calls %}
            {%- if tool_call.function %}{%- set tool_call = tool_call.function %}{%- endif %}
            {{- '\\n<tool_call>\\n{"name": "' + tool_call.name + '", "arguments": ' }}
            {{- tool_call.arguments | tojson }}{{- '}\\n</tool_call>' }}
            {%- endfor %}
            {%- endif %}
            {{- '<|im_end|>\\n' }}
            {%- elif message.role == 'tool' %}
            {{- '<|im_start|>user\\n<tool_response>\\n' + message.content + '\\n</tool_response><|im_end|>\\n' }}
            {%- else %}
            {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
            {%- endif %}
            {%- endfor %}
            {%- if add_generation_prompt %}
            {{- '<|im_start|>assistant\\n' }}
            {%- if enable_thinking is defined and enable_thinking is false %}
            {{- '<think>\\n\\n</think>\\n\\n' }}
            {%- endif %}
            {%- endif %}
            """;

    private Templates() {}
}
