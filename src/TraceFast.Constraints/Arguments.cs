using System.Globalization;
using System.Text;

namespace TraceFast.Constraints;

/// <summary>The arguments of one constraint: names and values (long, string or string[]), in the sort's order of parameters. Equal by content.</summary>
public sealed class Arguments : IEquatable<Arguments>
{
    private readonly KeyValuePair<string, object>[] _values;

    private Arguments(KeyValuePair<string, object>[] values) => _values = values;

    public static Arguments None { get; } = new([]);

    public IReadOnlyList<KeyValuePair<string, object>> Values => _values;

    /// <param name="values">Names with an int, long, string or list of strings; null values are left out.</param>
    public static Arguments Of(params ReadOnlySpan<(string Name, object? Value)> values)
    {
        List<KeyValuePair<string, object>> kept = [];
        foreach ((string name, object? value) in values)
        {
            if (value is null)
                continue;
            kept.Add(new(name, value switch
            {
                int i => (long)i,
                long or string or string[] => value,
                IEnumerable<string> texts => texts.ToArray(),
                _ => throw new ArgumentException($"an argument is a whole number, a text or texts, not {value.GetType().Name}", nameof(values)),
            }));
        }

        return new([.. kept]);
    }

    public bool Has(string name) => Find(name) is not null;

    public long Integer(string name) => (long)Get(name);

    /// <summary>An integer that may be missing.</summary>
    public long? IntegerOrNull(string name) => (long?)Find(name);

    public string Text(string name) => (string)Get(name);

    public string? TextOrNull(string name) => (string?)Find(name);

    public IReadOnlyList<string> Texts(string name) => (string[])Get(name);

    public bool Equals(Arguments? other)
    {
        if (other is null || other._values.Length != _values.Length)
            return false;
        foreach ((string name, object value) in _values)
        {
            object? its = other.Find(name);
            bool same = value is string[] texts ? its is string[] others && texts.AsSpan().SequenceEqual(others) : value.Equals(its);
            if (!same)
                return false;
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as Arguments);

    public override int GetHashCode()
    {
        int hash = _values.Length;
        foreach ((string name, object value) in _values) // names come in any order
            hash += HashCode.Combine(name, value is string[] texts ? string.Join('\n', texts).GetHashCode(StringComparison.Ordinal) : value.GetHashCode());
        return hash;
    }

    /// <summary>name=value, ... for messages.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        foreach ((string name, object value) in _values)
        {
            text.Append(text.Length == 0 ? "" : ", ").Append(name).Append('=');
            text.Append(value is string[] texts ? $"[{string.Join(", ", texts)}]" : Convert.ToString(value, CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }

    private object Get(string name) => Find(name) ?? throw new ArgumentException($"no argument \"{name}\" among {this}");

    private object? Find(string name)
    {
        foreach ((string key, object value) in _values)
        {
            if (key == name)
                return value;
        }

        return null;
    }
}
