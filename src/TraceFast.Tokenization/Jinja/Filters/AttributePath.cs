using System.Globalization;

namespace TraceFast.Tokenization.Jinja;

/// <summary>The attribute=... of map, selectattr, sort and others: "a.b.0", a whole number, or none for the value itself.</summary>
internal sealed class AttributePath(IReadOnlyList<object> parts)
{
    public static AttributePath Parse(object? attribute) => attribute switch
    {
        null => new AttributePath([]),
        MarkedText text => new AttributePath([.. text.Value.Split('.').Select(part =>
            part.Length > 0 && part.All(char.IsAsciiDigit) && long.TryParse(part, CultureInfo.InvariantCulture, out long index)
                ? (object)index
                : MarkedText.FromTemplate(part))]),
        long or bool => new AttributePath([attribute]),
        _ => throw new JinjaFault($"an attribute is a name or a number, not {PyType.Name(attribute)}"),
    };

    public object? Get(RenderState state, object? value, object? otherwise = null)
    {
        foreach (object part in parts)
        {
            value = Members.Item(state, value, part);
            if (otherwise is not null && value is Undefined)
                value = otherwise;
        }
        return value;
    }

    /// <summary>The value at the path, strings in lower case unless asked otherwise, as sort keys are.</summary>
    public object? Key(RenderState state, object? value, bool caseSensitive) =>
        Get(state, value) is var found && !caseSensitive && found is MarkedText text ? CaseMapping.Lower(state, text) : found;
}
