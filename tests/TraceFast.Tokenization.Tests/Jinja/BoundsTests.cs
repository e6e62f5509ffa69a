using System.Diagnostics;
using TraceFast.Tokenization.Jinja;

namespace TraceFast.Tokenization.Tests.Jinja;

/// <summary>Hostile templates: each ends in a typed error, soon, and without much memory.</summary>
public sealed class BoundsTests
{
    public static TheoryData<string> Hostile =>
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
        "{% set ns = namespace(s='x') %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}{{ ns.s }}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = ns.l + ns.l %}{% endfor %}{{ ns.l }}",
        "{{ 'x' * 9223372036854775807 }}",
        "{{ [1] * 9223372036854775807 }}",
        "{{ 'abc' * 999999999 }}",
        "{{ range(9223372036854775807) }}",
        "{{ 9223372036854775807 * 9223372036854775807 }}",
        "{{ -9223372036854775807 - 2 }}",
        "{{ -(-9223372036854775807 - 1) }}",
        "{% macro f(x) %}{{ f(x + 1) }}{% endmacro %}{{ f(0) }}",
        "{% macro f(x) %}{{ g(x) }}{{ g(x) }}{% endmacro %}{% macro g(x) %}{{ f(x) }}{% endmacro %}{{ f(0) }}",
        "{{ 'x' | indent(999999999) | indent(999999999, true) }}",
        "{{ 'aaaaaaaaaaaaaaaaaaaa' | replace('', 'x' * 10000) | replace('', 'x' * 10000) }}",
        "{{ [1] | tojson(indent=999999999) }}",
        "{% set ns = namespace() %}{% set ns.l = [] %}{% for i in range(99999) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}",
        "{% set ns = namespace() %}{% set ns.l = [] %}{% for i in range(9999) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l | tojson }}",
        "{% set ns = namespace(l=[]) %}{% for i in range(9999) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l == ns.l + [] }}",
        "{% set ns = namespace(l=(1,)) %}{% for i in range(99999) %}{% set ns.l = (ns.l,) %}{% endfor %}{{ {ns.l: 1} }}",
        "{% set ns = namespace() %}{% set ns.n = ns %}{{ ns }}",
        "{{ range(99999) | map('string') | join | list | sort | join | list | unique | list | length }}{{ range(99999) | list * 99999 }}",
        "{% for x in range(99999) %}{{ range(99999) | list | length }}{% endfor %}",
        "{% for x in range(99999) %}{{ 99998 in range(99999) }}{% endfor %}",
        "{% set s = 'ab' * 1000000 %}{% for x in range(99999) %}{{ 'ba!' in s }}{% endfor %}",
        "{% set s = 'ab' * 1000000 %}{% for x in range(99999) %}{{ s[x] }}{% endfor %}",
        "{% set s = '\U0001f600' * 1000000 %}{% for x in range(99999) %}{{ s[900000 + x:][:1] }}{% endfor %}",
        "{% set s = '\U0001f600' * 1000000 %}{% for x in range(99999) %}{{ s | length }}{{ s[-1] }}{% endfor %}",
        "{% set s = ' ' * 3000000 %}{% for x in range(99999) %}{{ s.strip() }}{{ "
            + "s.split() }}{{ s.replace('  ', '') }}{% endfor %}",
    ];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_hostile_template_ends_in_an_error(string template)
    {
        Stopwatch clock = Stopwatch.StartNew();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<JinjaException>(() => JinjaTemplate.Parse("hostile", template).Render([]));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"took {clock.Elapsed}");
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < 4L << 30, $"allocated {allocated >> 20} MiB in passing");
    }

    public static TheoryData<string, string> Deep
    {
        get
        {
            static string Times(string s) => string.Concat(Enumerable.Repeat(s, 100_000));
            return new TheoryData<string, string>
            {
                { "brackets", "{{ " + Times("(") + "1" + Times(")") + " }}" },
                { "lists", "{{ " + Times("[") + Times("]") + " }}" },
                { "not", "{{ " + Times("not ") + "1 }}" },
                { "signs", "{{ " + Times("-") + "1 }}" },
                { "sum", "{{ 1" + Times("+1") + " }}" },
                { "attributes", "{{ a" + Times(".a") + " }}" },
                { "filters", "{{ 'a'" + Times("|trim") + " }}" },
                { "calls", "{{ a" + Times("()") + " }}" },
                { "or", "{{ 0" + Times(" or 0") + " }}" },
                { "products", "{{ 1" + Times("*1") + " }}" },
                { "inline if", "{{ 1" + Times(" if 0 else 1") + " }}" },
                { "blocks", Times("{% if 1 %}") + Times("{% endif %}") },
                { "targets", "{% set " + Times("(") + "a" + Times(")") + " = 1 %}" },
                { "tests", "{{ 1" + Times(" is not defined") + " }}" },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Deep))]
    public void Deep_nesting_is_an_error_or_renders_but_never_exhausts_the_stack(string what, string template)
    {
        Stopwatch clock = Stopwatch.StartNew();
        try
        {
            Assert.NotNull(JinjaTemplate.Parse(what, template).Render([]));
        }
        catch (JinjaException e)
        {
            Assert.StartsWith(what + ":", e.Message, StringComparison.Ordinal);
        }
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"took {clock.Elapsed}");
    }

    [Fact]
    public void A_long_conversation_stays_within_the_bounds()
    {
        string content = new('x', 200_000);
        JinjaList messages = new([.. Enumerable.Range(0, 400).Select(_ =>
        {
            JinjaDict message = new();
            message.Set(TaintedString.FromTemplate("content"), TaintedString.FromInput(content));
            return (object?)message;
        })]);
        JinjaTemplate template = JinjaTemplate.Parse(
            "t", "{% for m in messages %}<{{ m.content | trim }}>{{ '\\n' + m.content + '\\n' }}{% endfor %}");
        Assert.Equal(400 * (2 * content.Length + 4), template.Render([new("messages", messages)]).Length);
    }

    [Fact]
    public void A_template_that_is_too_long_is_an_error() =>
        Assert.Throws<JinjaException>(() => JinjaTemplate.Parse("t", new string('x', (4 << 20) + 1)));
}
