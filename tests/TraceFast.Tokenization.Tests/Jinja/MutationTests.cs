using System.Diagnostics;
using System.Text.Json;
using TraceFast.Tokenization.Jinja;

namespace TraceFast.Tokenization.Tests.Jinja;

/// <summary>Seeded damage to templates: what comes out is a rendering or a typed error, soon.</summary>
public sealed class MutationTests
{
    private static readonly string[] s_fragments =
    [
        "{{", "}}", "{%", "%}", "{#", "#}", "-", "+", "'", "\"", "\\", "(", ")", "[", "]", "{", "}", "|", ".", ",", ":", "~", "=", "==",
        "**", "//", "%", "*",
        " if ", " else ", " for ", " in ", " is ", " not ", " and ", " or ", "endif", "endfor", "loop", "messages", "range(99999)", "none",
        "true",
        "{% if x %}", "{% endif %}", "{% for y in messages %}", "{% endfor %}", "{% macro m(a) %}", "{% endmacro %}", "{{ m(m) }}",
        "{% set messages = messages + messages %}",
        "\n", "\0", "\ud83d", "\uffff", "é", "9223372036854775807", "1e308", "|tojson", "|list", "|join", "|map('upper')", "|sort",
        "[::-1]", "[0]", ".content", "*99999",
    ];

    [Fact]
    public void Damaged_templates_render_or_fail_with_a_typed_error()
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Jinja", "vectors.json")));
        List<KeyValuePair<string, object?>> variables = VectorTests.Variables(file.RootElement.GetProperty("context"));
        string[] templates = [
            .. file.RootElement.GetProperty("cases").EnumerateArray().Select(c => c.GetProperty("template").GetString()!)];
        string[] statements = [.. templates.Where(t => t.Contains("{%", StringComparison.Ordinal))];
        Random random = new(20240706);
        (int rendered, int failed) = (0, 0);
        for (int i = 0; i < 4000; i++)
        {
            string template = i % 2 == 0 ? templates[random.Next(templates.Length)] : Several(statements, random);
            for (int n = random.Next(1, 4); n > 0; n--)
                template = Mutate(template, templates, random);
            Stopwatch clock = Stopwatch.StartNew();
            try
            {
                Assert.NotNull(JinjaTemplate.Parse("t", template).Render(variables, VectorTests.Now).Value);
                rendered++;
            }
            catch (JinjaException e)
            {
                Assert.True(e.Line >= 1 && e.Line <= template.Count(c => c is '\n' or '\r') + 1, $"line {e.Line} of {template}");
                failed++;
            }
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"mutation {i} took {clock.Elapsed}: {template}");
        }
        Assert.True(rendered > 400 && failed > 400, $"{rendered} rendered, {failed} failed: the mutations no longer try both");
    }

    private static string Several(string[] statements, Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => statements[random.Next(statements.Length)]));

    private static string Mutate(string template, string[] others, Random random)
    {
        int at = random.Next(template.Length + 1);
        int length = Math.Min(random.Next(1, 12), template.Length - at);
        return random.Next(6) switch
        {
            0 => template[..at],
            1 => template.Remove(at, length),
            2 => template.Insert(at, s_fragments[random.Next(s_fragments.Length)]),
            3 => template.Remove(at, length).Insert(at, s_fragments[random.Next(s_fragments.Length)]),
            4 => template.Insert(at, template.Substring(at, length)),
            _ => template.Insert(at, others[random.Next(others.Length)]),
        };
    }
}
