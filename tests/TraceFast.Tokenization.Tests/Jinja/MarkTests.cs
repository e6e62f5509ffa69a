using System.Text.Json;
using TraceFast.Tokenization.Jinja;

namespace TraceFast.Tokenization.Tests.Jinja;

/// <summary>What came from the conversation stays marked through every operation; what came from the template never gets a mark.</summary>
public sealed class MarkTests
{
    private static string Marked(string template, string content)
    {
        TaintedString text = JinjaTemplate.Parse("t", template).Render([new("c", TaintedString.FromInput(content))]);
        return string.Concat(text.Pieces().Select(p => p.FromInput ? $"<{p.Text}>" : p.Text));
    }

    // < > surround what is marked.
    [Theory]
    [InlineData("a{{ c }}b", "x y", "a<x y>b")]
    [InlineData("{{ c }}{{ c }}", "x", "<xx>")]
    [InlineData("{{ 'a' + c ~ 'b' }}", "x", "a<x>b")]
    [InlineData("{{ c | trim }}.", " x ", "<x>.")]
    [InlineData("{{ c[1:3] }}{{ c[0] }}{{ c[::-1] }}.", "xyz", "<yzxzyx>.")]
    [InlineData("{{ c | upper }}{{ c | title }}", "xß", "<XSSXß>")]
    [InlineData("{{ c | replace('y', '_') }}", "xyz", "<x>_<z>")]
    [InlineData("{{ 'a-b' | replace('-', c) }}", "x", "a<x>b")]
    [InlineData("{{ c.split(',') | join(';') }}", "x,y", "<x>;<y>")]
    [InlineData("{{ c | tojson }}", "x\"y", "\"<x\\\"y>\"")]
    [InlineData("{{ [c, 1] }}", "x'y", "[\"<x'y>\", 1]")]
    [InlineData("{{ {'k': c} | tojson(indent=1) }}", "x", "{\n \"k\": \"<x>\"\n}")]
    [InlineData("{{ c | indent(2) }}", "x\ny", "<x>\n  <y>")]
    [InlineData("{% for ch in c %}{{ ch }}-{% endfor %}", "xy", "<x>-<y>-")]
    [InlineData("{% set b %}[{{ c }}]{% endset %}{{ b }}", "x", "[<x>]")]
    [InlineData("{% macro m(a) %}({{ a }}){% endmacro %}{{ m(c) }}", "x", "(<x>)")]
    [InlineData("{% filter upper %}a{{ c }}{% endfilter %}", "x", "A<X>")]
    [InlineData("{{ c | length }}{{ c == 'x' }}{{ 'x' in c }}", "x", "1TrueTrue")]
    [InlineData("{{ 'a'|safe + c }}", "a<", "a<a>&lt;")]
    [InlineData("{{ (c * 2).split('y', 1)[1] }}", "xyz", "<zxyz>")]
    [InlineData("{{ c | default('d') }}{{ '' or c }}", "x", "<xx>")]
    [InlineData("{{ c.title() }}{{ c.capitalize() }}", "ab cd", "<Ab CdAb cd>")]
    [InlineData("{{ c | list | sort | join }}", "ba", "<ab>")]
    public void Operations_keep_the_marks(string template, string content, string expected) =>
        Assert.Equal(expected, Marked(template, content));

    [Fact]
    public void No_construct_loses_a_mark()
    {
        // Every string of the context begins and ends with a character that no template holds; wherever it turns up it has to be marked.
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Jinja", "vectors.json")));
        List<KeyValuePair<string, object?>> variables =
            [.. VectorTests.Variables(file.RootElement.GetProperty("context")).Select(v => KeyValuePair.Create(v.Key, Bracketed(v.Value)))];
        int seen = 0;
        foreach (JsonElement vector in file.RootElement.GetProperty("cases").EnumerateArray())
        {
            string template = vector.GetProperty("template").GetString()!;
            TaintedString text;
            try
            {
                text = JinjaTemplate.Parse("t", "\uE002" + template).Render(variables, VectorTests.Now);
            }
            catch (JinjaException)
            {
                continue;
            }
            Assert.False(text.IsInput(0));
            for (int i = 1; i < text.Length; i++)
            {
                if (text.Value[i] is not ('\uE000' or '\uE001'))
                    continue;
                seen++;
                Assert.True(text.IsInput(i), $"{template}: position {i} of {text.Value}");
            }
        }
        Assert.True(seen > 250, $"only {seen} characters of the context were printed");
    }

    private static object? Bracketed(object? value)
    {
        switch (value)
        {
            case TaintedString text:
                return TaintedString.FromInput($"\uE000{text.Value}\uE001");
            case JinjaList list:
                return new JinjaList([.. list.Iterate().Select(Bracketed)]);
            case JinjaDict dict:
                JinjaDict copy = new();
                foreach ((object? key, object? entry) in dict.Entries)
                    copy.Set(key, Bracketed(entry));
                return copy;
            default:
                return value;
        }
    }
}
