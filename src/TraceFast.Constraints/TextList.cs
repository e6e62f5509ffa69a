using System.Collections;
using System.Runtime.CompilerServices;

namespace TraceFast.Constraints;

/// <summary>Texts in order, such as the words of a constraint. Equal by content, unlike an array, so that records which hold one are too.</summary>
[CollectionBuilder(typeof(TextList), nameof(Create))]
public sealed class TextList : IReadOnlyList<string>, IEquatable<TextList>
{
    private readonly string[] _texts;

    private TextList(string[] texts) => _texts = texts;

    public int Count => _texts.Length;

    public string this[int index] => _texts[index];

    public static TextList Create(ReadOnlySpan<string> texts) => new(texts.ToArray());

    public static TextList Of(IEnumerable<string> texts) => new([.. texts]);

    public bool Equals(TextList? other) => other is not null && _texts.AsSpan().SequenceEqual(other._texts);

    public override bool Equals(object? obj) => Equals(obj as TextList);

    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (string text in _texts)
            hash.Add(text, StringComparer.Ordinal);
        return hash.ToHashCode();
    }

    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)_texts).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => $"[{string.Join(", ", _texts)}]";
}
