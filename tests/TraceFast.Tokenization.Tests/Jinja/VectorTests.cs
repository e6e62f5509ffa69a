using System.Text.Json;
using TraceFast.Tokenization.Jinja;

namespace TraceFast.Tokenization.Tests.Jinja;

/// <summary>
/// vectors.json, and vectors-none-and-markup.json (every lazy and plain filter on every kind of value, keys that have no hash, Markup):
/// templates with what jinja2 made of them. Where jinja2 fails, so must we; the message is compared where it is the template's own
/// (raise_exception).
/// </summary>
public sealed class VectorTests
{
    internal static readonly DateTime Now = new DateTime(2024, 7, 6, 15, 4, 5).AddTicks(6789010);

    // What this interpreter refuses by design or does not have; jinja2 renders these.
    private static readonly string[] s_refused =
    [
        "{% block b %}", "{% autoescape", "recursive %}", "{{ cycler }}", "{{ lipsum }}", "{{ joiner }}", "{{ self }}",
        "{{ namespace.__init__ }}",
        "{{ ''.format }}", "{{ {'items': 1}.items }}", "{{ 1.real",
    ];

    private static JsonElement File { get; } = Read("vectors.json");

    private static JsonElement Read(string name) =>
        JsonDocument.Parse(System.IO.File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Jinja", name))).RootElement;

    internal static List<KeyValuePair<string, object?>> Variables(JsonElement context) =>
        [.. context.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, JinjaValue.FromJson(p.Value)))];

    [Fact]
    public void Renders_what_jinja2_renders()
    {
        List<KeyValuePair<string, object?>> variables = Variables(File.GetProperty("context"));
        List<string> failures = new();
        int compared = 0;
        foreach (JsonElement vector in File.GetProperty("cases").EnumerateArray()
            .Concat(Read("vectors-none-and-markup.json").GetProperty("cases").EnumerateArray()))
        {
            string template = vector.GetProperty("template").GetString()!;
            if (s_refused.Any(template.Contains))
                continue;
            compared++;
            string? expected = vector.TryGetProperty("rendered", out JsonElement rendered) ? rendered.GetString() : null;
            string? error = expected is null ? vector.GetProperty("error").GetString() : null;
            string actual;
            try
            {
                actual = JinjaTemplate.Parse("t", template).Render(variables, Now).Value;
            }
            catch (JinjaException e)
            {
                if (expected is not null)
                    failures.Add($"{template}\n   expected {JsonSerializer.Serialize(expected)}\n   failed   {e.Message}");
                else if (error == "TemplateError" && (!e.RaisedByTemplate || e.Reason != vector.GetProperty("message").GetString()))
                    failures.Add($"{template}\n   expected raise {vector.GetProperty("message")}\n   failed   {e.Message}");
                continue;
            }
            if (expected is null)
                failures.Add(
                    $"{template}\n   expected {error}: {vector.GetProperty("message")}\n   rendered {JsonSerializer.Serialize(actual)}");
            else if (expected != actual)
                failures.Add(
                    $"{template}\n   expected {JsonSerializer.Serialize(expected)}\n   rendered {JsonSerializer.Serialize(actual)}");
        }
        Assert.True(failures.Count == 0, $"{failures.Count} of {compared}:\n{string.Join("\n", failures)}");
        Assert.True(compared > 2250, $"only {compared} vectors compared");
    }

    [Theory]
    [InlineData("{% block b %}x{% endblock %}", 1, "block")]
    [InlineData("\n\n{% autoescape true %}{% endautoescape %}", 3, "autoescape")]
    [InlineData("a\n{% for x in l recursive %}{% endfor %}", 2, "recursive")]
    [InlineData("{{ '\\N{BULLET}' }}", 1, "\\N")]
    [InlineData("{{ 9223372036854775807 + 1 }}", 1, "64 bits")]
    [InlineData("a\n{{ 'a' | center(9) }}", 2, "the filter 'center' is not supported in chat templates; supported are capitalize, count,")]
    [InlineData("{% if [1] | reverse %}{% endif %}", 1, "the filter 'reverse' is not supported in chat templates; supported are ")]
    [InlineData("\n{{ 1 is odd }}", 2, "the test 'odd' is not supported in chat templates; supported are !=, <, <=,")]
    [InlineData("{{ [1] | select('odd') | list }}", 1, "the test 'odd' is not supported in chat templates; supported are ")]
    [InlineData("{{ 'a'.zfill(3) }}", 1, "the str method 'zfill' is not supported in chat templates; supported are capitalize,")]
    [InlineData("{{ {}.copy() }}", 1, "the method 'copy' of dict is not supported in chat templates; supported are get, items,")]
    [InlineData("{{ [].index(1) }}", 1, "the method 'index' of list is not supported in chat templates")]
    [InlineData("{{ '%d' % 1 }}", 1, "formatting with % is not supported in chat templates; join the parts with ~")]
    [InlineData("{{ 4 / 2 }}", 1, "the operator / is not supported in chat templates; supported are + - * % ~")]
    [InlineData("{{ 4 // 2 }}", 1, "the operator // is not supported in chat templates")]
    [InlineData("{{ +4 }}", 1, "the sign + is not supported in chat templates")]
    [InlineData("{{ 4 ** 2 }}", 1, "the operator ** is not supported in chat templates")]
    [InlineData("{% for x in [] %}{% else %}{% endfor %}", 1, "{% for %} ... {% else %} is not supported in a chat template")]
    [InlineData("{% with a = 1 %}{% endwith %}", 1, "{% with %} is not supported in a chat template")]
    public void Unsupported_constructs_are_errors_with_their_line(string template, int line, string names)
    {
        JinjaException e = Assert.Throws<JinjaException>(() => JinjaTemplate.Parse("t.jinja", template).Render([]));
        Assert.Equal(line, e.Line);
        Assert.Contains(names, e.Message, StringComparison.Ordinal);
        Assert.StartsWith($"t.jinja:{line}: ", e.Message, StringComparison.Ordinal);
    }
}
