"""The book of what the assistant says, for a native speaker to read and mark with a pen.

``transcripts``  reads the golden transcripts of topics
``numbers``      gives each text its number, by which a mark on paper finds it again
``chapters``     conversations as bubbles; what was shown before is not asked about again
``remaining``    texts that no conversation shows
``pages``        all of it as one HTML document, made for paper
``printing``     the same as PDF, by the browser that is installed
``commands``     ``ucare flows book``
"""
